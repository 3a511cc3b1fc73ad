import { isSpared } from "../btf.ts";
import { flagPredicate } from "./predicate.ts";

export const guarded = flagPredicate(({ use }) => use && isSpared(use));
