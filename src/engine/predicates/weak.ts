import { flagPredicate } from "./predicate.ts";

export const weak = flagPredicate(({ use }) => use?.weak);
