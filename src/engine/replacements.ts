/** What took the place of an interface: a fact with its source. */
export interface Replacement {
  readonly name: string;
  /** What to use; none where nothing took its place. */
  readonly instead: readonly string[];
  readonly note?: string;
  /** The commit or document that says so. */
  readonly source: string;
}

/** A replacement in one line: the names, what to mind, and who says so. */
export const replacementText = ({ instead, note, source }: Replacement): string => {
  const names = instead.length > 0 ? instead.join(" or ") : "nothing took its place";
  return `${names}${note === undefined ? "" : `; ${note}`} (${source})`;
};
