import { wordPredicate } from "./predicate.ts";

export const gap = wordPredicate((context) => context.gap);
