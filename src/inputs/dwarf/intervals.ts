import type { Place } from "./places.ts";

/** Half-open ranges, each with the number of whoever it belongs to; they may overlap. */
export interface Ranges {
  readonly lows: Place[];
  readonly highs: Place[];
  readonly owners: number[];
}

export const newRanges = (): Ranges => ({ lows: [], highs: [], owners: [] });

export const addRange = (ranges: Ranges, low: Place, high: Place, owner: number): void => {
  ranges.lows.push(low);
  ranges.highs.push(high);
  ranges.owners.push(owner);
};

/** Position of the last of sorted numbers that is not above `value`; -1 where all are. */
export const lastAtOrBelow = (sorted: Float64Array, value: number): number => {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! <= value) low = middle + 1;
    else high = middle;
  }
  return low - 1;
};

/** All ends of ranges, in order and each once. */
const edgesOf = ({ lows, highs }: Ranges): Float64Array => {
  const all = new Float64Array(lows.length + highs.length);
  all.set(lows);
  all.set(highs, lows.length);
  all.sort();
  let count = 0;
  for (const edge of all) if (count === 0 || all[count - 1] !== edge) all[count++] = edge;
  return all.slice(0, count);
};

/**
 * Who owns each place, in time that does not depend on how the ranges overlap.
 * @param before Orders positions in `ranges`: where two overlap, the place belongs to the one that comes first.
 * @returns The owner of a place, or undefined.
 */
export const ownersOf = (ranges: Ranges, before: (a: number, b: number) => number): ((place: Place) => number | undefined) => {
  const { lows, highs, owners } = ranges;
  const edges = edgesOf(ranges);
  const order = Uint32Array.from(lows, (_, i) => i).sort(before);
  const painted = new Int32Array(edges.length).fill(-1);
  // The next strip at or after each that nobody owns yet.
  const free = Uint32Array.from({ length: edges.length + 1 }, (_, i) => i);
  const nextFree = (strip: number): number => {
    let root = strip;
    while (free[root] !== root) root = free[root]!;
    for (let at = strip; at !== root;) {
      const next = free[at]!;
      free[at] = root;
      at = next;
    }
    return root;
  };
  for (const i of order) {
    const end = lastAtOrBelow(edges, highs[i]!);
    for (let strip = nextFree(lastAtOrBelow(edges, lows[i]!)); strip < end; strip = nextFree(strip)) {
      painted[strip] = owners[i]!;
      free[strip] = strip + 1;
    }
  }
  return (place) => {
    const owner = painted[lastAtOrBelow(edges, place)];
    return owner === undefined || owner < 0 ? undefined : owner;
  };
};
