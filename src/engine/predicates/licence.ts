import { compileGlobs } from "../../shared/glob.ts";
import type { Context } from "../context.ts";

export const licence = (wanted: string | readonly string[]): ((context: Context) => boolean) => {
  const matches = compileGlobs(wanted);
  return ({ subject }) => subject.licences.some(matches);
};
