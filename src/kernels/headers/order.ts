import type { HeaderName } from "./model.ts";
import { folderRank } from "./paths.ts";

const FORMS = ["macro", "inline", "function", "variable", "typedef", "constant"] as const satisfies readonly HeaderName["form"][];

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** What is sure first, then the more public header, then what the preprocessor takes before the compiler sees the rest. */
export const byPublicity = (a: HeaderName, b: HeaderName): number =>
  Number(b.sure) - Number(a.sure) ||
  folderRank(a.header) - folderRank(b.header) ||
  FORMS.indexOf(a.form) - FORMS.indexOf(b.form) ||
  compare(a.header, b.header) ||
  compare(JSON.stringify(a), JSON.stringify(b));
