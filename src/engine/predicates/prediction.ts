import { wordPredicate } from "./predicate.ts";

export const prediction = wordPredicate((context) => context.prediction?.kind);
