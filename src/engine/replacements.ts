import { isSince } from "./version.ts";

/** What took the place of an interface: a fact with its source. */
export interface Replacement {
  readonly name: string;
  /** What to use: the name itself where only its parameters or its meaning changed; none where nothing took its place. */
  readonly instead: readonly string[];
  readonly note?: string;
  /** The first series of kernels without it, or with its new form. */
  readonly gone: string;
  /** The commit or document that says so. */
  readonly source: string;
}

/** What took the place of interfaces, by their names. */
export type Replacements = Pick<ReadonlyMap<string, Replacement>, "get">;

/** A replacement in one line: the names, what to mind, and who says so. */
export const replacementText = ({ name, instead, note, source }: Replacement): string => {
  const others = instead.filter((each) => each !== name);
  const names = others.length > 0 ? others.join(" or ") : instead.length > 0 ? `${name} as it is now` : "nothing took its place";
  return `${names}${note === undefined ? "" : `; ${note}`} (${source})`;
};

/** Whether a kernel is of the first series without the interface, or of a later one: of an earlier step the fact says nothing. */
export const appliesTo = ({ gone }: Replacement, kernel: string): boolean => isSince(kernel, gone) ?? true;
