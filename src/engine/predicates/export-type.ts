import { wordPredicate } from "./predicate.ts";

export const exportType = wordPredicate(({ view }) => view?.found?.type);
