import { wordPredicate } from "./predicate.ts";

export const kind = wordPredicate(({ use }) => use?.kind);
