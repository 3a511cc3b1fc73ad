import { wordPredicate } from "./predicate.ts";

export const level = wordPredicate((context) => context.level);
