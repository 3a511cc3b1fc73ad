import { flagPredicate } from "./predicate.ts";

export const isNew = flagPredicate((context) => context.isNew);
