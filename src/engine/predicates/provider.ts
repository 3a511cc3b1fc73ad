import { wordPredicate } from "./predicate.ts";

/** A symbol that another module of the run exports is not taken from the kernel. */
export const provider = wordPredicate(({ use, sibling }) => (use ? (sibling ? "sibling" : "kernel") : undefined));
