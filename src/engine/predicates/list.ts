import type { Context } from "../context.ts";
import { compileGlobs } from "../../shared/glob.ts";

export const list = (wanted: string | readonly string[]): ((context: Context) => boolean) => {
  const matches = compileGlobs(wanted);
  return ({ use, lists, view }) =>
    use?.kind === "symbol" &&
    (lists?.stable.some((each) => matches(each.name) && lists.ask(each, use.name, view?.found).isListed) ?? false);
};
