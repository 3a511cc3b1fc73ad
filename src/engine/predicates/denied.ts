import { flagPredicate } from "./predicate.ts";

export const isDenied = flagPredicate(({ use, lists }) => {
  const asked = lists?.of("denied") ?? [];
  return use?.kind !== "symbol" || asked.length === 0 ? undefined : asked.some(({ list }) => list.symbols.has(use.name));
});
