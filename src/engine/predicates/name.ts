import { globPredicate } from "./predicate.ts";

export const name = globPredicate(({ use }) => use?.name);
