import { compileGlobs } from "../../shared/glob.ts";
import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** Whether the kernel is one that the promise is kept on: by its name, or what `uname -r` says there. */
const rangeOf = ({ promisedOn, view }: Context): "inside" | "outside" | undefined => {
  if (!promisedOn || !view) return undefined;
  const inside = compileGlobs(promisedOn);
  const { name, vermagic } = view.kernel;
  return inside(name) || (vermagic !== undefined && inside(vermagic.split(" ", 1)[0]!)) ? "inside" : "outside";
};

export const promiseRange = wordPredicate(rangeOf);
