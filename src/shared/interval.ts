/** The 95 % interval of a share of `part` in `whole` (Wilson), as two shares. */
export const intervalOf = (part: number, whole: number): readonly [low: number, high: number] => {
  const z = 1.96;
  const share = part / whole;
  const scale = 1 + z ** 2 / whole;
  const middle = (share + z ** 2 / (2 * whole)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / whole + z ** 2 / (4 * whole ** 2));
  return [middle - half, middle + half];
};
