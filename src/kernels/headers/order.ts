import type { HeaderName } from "./model.ts";
import { folderRank } from "./paths.ts";

const FORMS = ["macro", "inline", "function", "variable", "typedef", "constant"] as const satisfies readonly HeaderName["form"][];

/** What is sure first, then the more public header, then what the preprocessor takes before the compiler sees the rest. */
export const byPublicity = (a: HeaderName, b: HeaderName): number =>
  Number(b.sure) - Number(a.sure) ||
  folderRank(a.header) - folderRank(b.header) ||
  FORMS.indexOf(a.form) - FORMS.indexOf(b.form) ||
  (a.header < b.header ? -1 : a.header > b.header ? 1 : 0);
