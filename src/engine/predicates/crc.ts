import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** A CRC of zero, or none, is the absence of a version: it equals nothing. */
export const crcStateOf = ({ use, view }: Context): "same" | "differs" | "not-comparable" | undefined => {
  if (!use || !view?.found || view.fromSibling) return undefined;
  if (!view.hasComparableCrcs || use.crc === undefined || use.crc === 0 || view.found.crc === 0) return "not-comparable";
  return use.crc === view.found.crc ? "same" : "differs";
};

export const crc = wordPredicate(crcStateOf);
