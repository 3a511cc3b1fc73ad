import { wordPredicate } from "./predicate.ts";

export const origin = wordPredicate(({ use }) => use?.origin);
