import { wordPredicate } from "./predicate.ts";

export const seen = wordPredicate(({ use }) => use?.seen);
