import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** On how many of the lists in force; what a module of the run provides is on no vendor's list and need not be. */
const listedOn = ({ use, lists, sibling, view }: Context): "all" | "some" | "none" | undefined => {
  if (use?.kind !== "symbol" || !lists || lists.current.length === 0 || sibling) return undefined;
  const said = lists.current.map((each) => lists.ask(each, use.name, view?.found)).filter(({ isKnown }) => isKnown);
  if (said.length === 0) return undefined;
  const count = said.filter(({ isListed }) => isListed).length;
  return count === 0 ? "none" : count === said.length ? "all" : "some";
};

export const listed = wordPredicate(listedOn);
