import { wordPredicate } from "./predicate.ts";

export const budget = wordPredicate((context) => context.budget);
