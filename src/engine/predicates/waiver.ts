import { wordPredicate } from "./predicate.ts";

export const waiver = wordPredicate((context) => context.waiver);
