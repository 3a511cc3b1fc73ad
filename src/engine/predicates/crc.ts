import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** A CRC of zero, or none, is the absence of a version: it equals nothing. Siblings are versioned by the build that makes them. */
const comparisonOf = ({ use, view, sibling }: Context): "same" | "differs" | "not-comparable" | undefined => {
  if (!use || !view?.found || sibling) return undefined;
  if (use.crc === undefined || use.crc === 0 || view.found.crc === 0) return "not-comparable";
  return use.crc === view.found.crc ? "same" : "differs";
};

export const crc = wordPredicate(comparisonOf);
