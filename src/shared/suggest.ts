/** Edit distance (insert, delete, replace, swap of neighbours), given up above `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1;
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(previous[j]! + 1, row[j - 1]! + 1, previous[j - 1]! + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      row.push(best);
    }
    before = previous;
    previous = row;
  }
  return previous[b.length]!;
};

/** The known word nearest to a mistyped one, if one is near enough to be meant. @param most how many slips may lie between, for a long word */
export const nearest = (word: string, known: Iterable<string>, most = Infinity): string | undefined => {
  // Inputs are untrusted: a word too long to be a typing mistake is not compared at all.
  if (word.length > 64) return undefined;
  const limit = Math.min(most, Math.max(1, Math.floor(word.length / 3)));
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const candidate of known) {
    const d = distance(word.toLowerCase(), candidate.toLowerCase(), limit);
    if (d < bestDistance) [best, bestDistance] = [candidate, d];
  }
  return best;
};

/** `did you mean "x"?`, or what there is, or nothing. */
export const didYouMean = (word: string, known: Iterable<string>): string | undefined => {
  const list = [...known];
  const near = nearest(word, list);
  if (near !== undefined) return `did you mean "${near}"?`;
  return list.length > 0 && list.length <= 12 ? `known: ${list.join(", ")}` : undefined;
};
