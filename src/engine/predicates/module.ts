import { globPredicate } from "./predicate.ts";

export const module = globPredicate(({ subject }) => subject.name);
