/** A place: a base (a section, an undefined symbol, a function's frame or argument, what a call returned) and bytes from it. */
export interface Place {
  readonly base: string;
  readonly offset: number;
}

/** What a register holds: the address of a place, what stands in a place, a number, something else. `at`: the relocation that named the place. */
export type Value =
  | (Place & { readonly kind: "address" | "content"; readonly at?: number })
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "unknown" };

/** What a register may hold at a point: one value for each way that leads there and differs. */
export type Values = readonly Value[];

/** More alternatives than a source has; beyond, nothing is known, so that loops come to an end. */
const MAX_ALTERNATIVES = 8;

export const UNKNOWN: Values = [{ kind: "unknown" }];
/** Too many alternatives to keep. */
const ANYTHING: Values = [{ kind: "unknown" }];

export const hasPlace = (value: Value): value is Extract<Value, Place> => value.kind === "address" || value.kind === "content";
/** The only alternative. */
export const single = (values: Values): Value | undefined => (values.length === 1 ? values[0] : undefined);

export const sectionBase = (index: number): string => `section ${index}`;
export const symbolBase = (index: number): string => `symbol ${index}`;
export const argumentBase = (owner: string, number: number): string => `argument ${number} of ${owner}`;
export const frameBase = (owner: string): string => `frame of ${owner}`;
export const resultBase = (owner: string, at: number): string => `result ${at} of ${owner}`;

const numberIn = (base: string, pattern: RegExp): number | undefined => {
  const match = pattern.exec(base);
  return match ? Number(match[1]) : undefined;
};
export const sectionOfBase = (base: string): number | undefined => numberIn(base, /^section (\d+)$/);
/** The number of the argument, where a value is exactly what the caller handed to the function. */
export const argumentOf = (value: Value): number | undefined =>
  value.kind === "address" && value.offset === 0 ? numberIn(value.base, /^argument (\d+) of /) : undefined;

export const placeKey = ({ base, offset }: Place): string => `${base}+${offset}`;

const same = (a: Value, b: Value): boolean => {
  if (a.kind === "number") return b.kind === "number" && a.value === b.value;
  if (!hasPlace(a) || !hasPlace(b)) return a.kind === b.kind;
  return a.kind === b.kind && a.base === b.base && a.offset === b.offset && a.at === b.at;
};

/** The first where it holds the second already, so that `===` tells whether anything is new. */
export const join = (a: Values, b: Values): Values => {
  if (a === b || a === ANYTHING) return a;
  if (b === ANYTHING) return b;
  const added = b.filter((each) => !a.some((other) => same(other, each)));
  if (added.length === 0) return a;
  return a.length + added.length > MAX_ALTERNATIVES ? ANYTHING : [...a, ...added];
};

/** The place so many bytes on; a number so much larger. */
export const plus = (values: Values, bytes: number): Values =>
  bytes === 0
    ? values
    : values.map((each) => {
        if (each.kind === "number") return { kind: "number", value: each.value + bytes };
        return each.kind === "address" ? { ...each, offset: each.offset + bytes } : { kind: "unknown" };
      });
