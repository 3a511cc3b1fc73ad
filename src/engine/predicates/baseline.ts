import { wordPredicate } from "./predicate.ts";

export const baseline = wordPredicate((context) => context.baseline);
