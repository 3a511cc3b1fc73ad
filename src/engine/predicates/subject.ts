import { wordPredicate } from "./predicate.ts";

export const subject = wordPredicate((context) => context.subject.kind);
