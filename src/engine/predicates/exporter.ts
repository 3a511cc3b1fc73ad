import { globPredicate } from "./predicate.ts";

export const exporter = globPredicate(({ view }) => view?.found?.exporter);
