import { compileGlobs } from "../../shared/glob.ts";
import type { Context } from "../context.ts";

export const door = (wanted: string | readonly string[]): ((context: Context) => boolean) => {
  const matches = compileGlobs(wanted);
  return ({ use }) => use?.sites.some((site) => site.door !== undefined && matches(site.door)) ?? false;
};
