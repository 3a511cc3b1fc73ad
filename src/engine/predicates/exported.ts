import { flagPredicate } from "./predicate.ts";

/** Only a symbol can be exported: of other kinds a kernel's export list says nothing. */
export const exported = flagPredicate(({ use, view }) => (use?.kind === "symbol" && view ? view.found !== undefined : undefined));
