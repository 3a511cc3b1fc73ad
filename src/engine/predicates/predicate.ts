import { compileGlobs } from "../../shared/glob.ts";
import type { Context } from "../context.ts";

/** A field of `match` made into a test: given what the policy asks for, says whether a context has it. */
export type Predicate = (wanted: never) => (context: Context) => boolean;

/** A field whose value is a name, asked for by globs. A context without the value does not match. */
export const globPredicate =
  (valueOf: (context: Context) => string | undefined) =>
  (wanted: string | readonly string[]): ((context: Context) => boolean) => {
    const matches = compileGlobs(wanted);
    return (context) => {
      const value = valueOf(context);
      return value !== undefined && matches(value);
    };
  };

/** A field whose value is one of a closed list. */
export const wordPredicate =
  <T extends string>(valueOf: (context: Context) => T | undefined) =>
  (wanted: T | readonly T[]): ((context: Context) => boolean) => {
    const words: ReadonlySet<string> = new Set(typeof wanted === "string" ? [wanted] : wanted);
    return (context) => {
      const value = valueOf(context);
      return value !== undefined && words.has(value);
    };
  };

/** A field that is true, false, or not known. */
export const flagPredicate =
  (valueOf: (context: Context) => boolean | undefined) =>
  (wanted: boolean): ((context: Context) => boolean) =>
  (context) =>
    valueOf(context) === wanted;
