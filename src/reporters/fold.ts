// On a terminal a long list is cut, with a count of what is left out; in a pipe and in a file it is whole.

/** How many rows of a list a terminal shows. */
export const ROWS = 40;

/** The first of a list, and how many are left out. @param most of a list of rows, or of what stands in one line */
export const folded = <T>(items: readonly T[], fold: boolean | undefined, most = ROWS): readonly [shown: readonly T[], hidden: number] =>
  fold === true && items.length > most ? [items.slice(0, most), items.length - most] : [items, 0];

/** How to see the rest. */
export const WHOLE = "whole in a pipe, or with --all";

/** The last row of a list that was cut; none where it is whole. */
export const moreLine = (hidden: number, what = ""): readonly string[] => (hidden > 0 ? [`… and ${hidden} more${what} (${WHOLE})`] : []);

/** The same in a line that lists names. */
export const moreInline = (hidden: number): string => (hidden > 0 ? ` and ${hidden} more` : "");
