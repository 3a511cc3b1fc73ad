import { wordPredicate } from "./predicate.ts";

export const oddity = wordPredicate((context) => context.oddity);
