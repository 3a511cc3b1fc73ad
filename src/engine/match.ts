import type { FieldName, Match } from "../policy/fields.ts";
import type { Context } from "./context.ts";
import { PREDICATES } from "./predicates/index.ts";

type Test = (context: Context) => boolean;

const every =
  (tests: readonly Test[]): Test =>
  (context) =>
    tests.every((test) => test(context));
const some =
  (tests: readonly Test[]): Test =>
  (context) =>
    tests.some((test) => test(context));
const none =
  (test: Test): Test =>
  (context) =>
    !test(context);

/** A policy's match as a test, compiled once. */
export const compileMatch = (match: Match): Test => {
  const { unless, any, all, not, ...fields } = match;
  const tests = Object.entries(fields).map(([field, wanted]) => PREDICATES[field as FieldName](wanted as never) as Test);
  if (any) tests.push(some(any.map(compileMatch)));
  if (all) tests.push(every(all.map(compileMatch)));
  if (not) tests.push(none(compileMatch(not)));
  if (unless) tests.push(none(compileMatch(unless)));
  return every(tests);
};
