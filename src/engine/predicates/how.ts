import { compileGlobs } from "../../shared/glob.ts";
import type { Context } from "../context.ts";

export const how = (wanted: string | readonly string[]): ((context: Context) => boolean) => {
  const matches = compileGlobs(wanted);
  return ({ use }) => use?.how?.split(", ").some(matches) ?? false;
};
