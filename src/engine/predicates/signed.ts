import { flagPredicate } from "./predicate.ts";

export const signed = flagPredicate(({ subject }) => subject.signed);
