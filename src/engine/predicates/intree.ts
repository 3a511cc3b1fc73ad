import { flagPredicate } from "./predicate.ts";

export const intree = flagPredicate(({ subject }) => subject.intree);
