import { wordPredicate } from "./predicate.ts";

export const confidence = wordPredicate((context) => context.prediction?.confidence);
