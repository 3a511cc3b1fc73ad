/** The numbers that a release or series begins with: "6.12.107+deb13-amd64" is 6, 12, 107. None where it begins with none. */
const numbersOf = (release: string): readonly number[] =>
  (/^\d+(?:\.\d+)*/.exec(release)?.[0] ?? "").split(".").filter(Boolean).map(Number);

/** Whether a release is of a series, or of a later one; undefined where its name tells no version. */
export const isSince = (release: string, series: string): boolean | undefined => {
  const found = numbersOf(release);
  if (found.length < 2) return undefined;
  for (const [index, wanted] of numbersOf(series).entries()) {
    const difference = (found[index] ?? 0) - wanted;
    if (difference !== 0) return difference > 0;
  }
  return true;
};
