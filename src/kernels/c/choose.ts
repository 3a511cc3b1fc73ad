import type { FoundName } from "./header.ts";

/** What hides what: a macro is what the preprocessor takes, whatever is declared below it. */
const FORMS = ["alias", "macro", "inline", "function", "variable"] as const satisfies readonly FoundName["form"][];

const FOLDERS = ["linux/", "asm/", "", "asm-generic/"] as const;
const folderRank = (header: string): number => {
  const found = FOLDERS.findIndex((folder) => folder !== "" && header.startsWith(folder));
  return found < 0 ? FOLDERS.indexOf("") : found;
};

const compare = (left: FoundName, right: FoundName): number =>
  right.certainty - left.certainty ||
  FORMS.indexOf(left.form) - FORMS.indexOf(right.form) ||
  Number(right.defined) - Number(left.defined) ||
  folderRank(left.header) - folderRank(right.header) ||
  (left.header < right.header ? -1 : left.header > right.header ? 1 : 0);

/**
 * Two headers may give one name to different things, which no file includes together: `rtc_lock` is a lock and a macro with arguments, `gfn_to_pfn` belongs to
 * KVM and to Xen. The exported one is the one that is declared.
 */
const withoutStrangers = (found: readonly FoundName[]): readonly FoundName[] => {
  const declared = found.find(({ form, certainty }) => certainty === 2 && (form === "variable" || form === "function"));
  if (declared === undefined) return found;
  return found.filter(({ form, header, signature }) => {
    if (header === declared.header) return true;
    return declared.form === "variable" ? form !== "macro" : form !== "inline" || signature === declared.signature;
  });
};

/** Of all that headers say of one name, what an author reaches: live before dead, sure before possible, a macro before what it hides. */
export const bestOf = (found: readonly FoundName[], exported: boolean): FoundName =>
  (exported ? withoutStrangers(found) : found).toSorted(compare)[0]!;
