import { wordPredicate } from "./predicate.ts";

export const confirmation = wordPredicate((context) => context.prediction?.confirmation);
