import { globPredicate } from "./predicate.ts";

export const namespace = globPredicate(({ view }) => view?.found?.namespace);
