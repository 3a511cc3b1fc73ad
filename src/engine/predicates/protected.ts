import { flagPredicate } from "./predicate.ts";

export const isProtected = flagPredicate(({ use, lists }) => {
  const asked = lists?.of("protected") ?? [];
  return use?.kind !== "symbol" || asked.length === 0 ? undefined : asked.some(({ list }) => list.symbols.has(use.name));
});
