import { wordPredicate } from "./predicate.ts";

export const rebuild = wordPredicate(({ use, view }) => (use?.kind === "symbol" ? view?.rebuild.state : undefined));
