import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** The CRC that the module carries beside those of the lists in force that have the symbol. Being listed says nothing of it. */
const listCrcOf = ({ use, lists }: Context): "same" | "differs" | "not-comparable" | undefined => {
  if (use?.kind !== "symbol" || !lists) return undefined;
  const entries = lists.current.flatMap((each) => lists.ask(each, use.name, undefined).entry ?? []);
  if (entries.length === 0) return undefined;
  const crcs = entries.flatMap(({ crc }) => (crc === undefined || crc === 0 ? [] : [crc]));
  if (use.crc === undefined || crcs.length === 0) return "not-comparable";
  return crcs.every((crc) => crc === use.crc) ? "same" : "differs";
};

export const listCrc = wordPredicate(listCrcOf);
