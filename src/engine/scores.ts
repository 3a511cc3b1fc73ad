import type { ListScore } from "../findings/model.ts";
import { MODULE_LAYOUT } from "../shared/module-layout.ts";
import type { JudgedUse } from "./judge.ts";
import type { Lists } from "./lists.ts";

/** How many of a subject's symbols each stable list has: a share, and no verdict. What modules of the run export is on no list and is not counted. */
export const scoresOf = (uses: readonly JudgedUse[], lists: Lists): readonly ListScore[] => {
  const symbols = uses.filter(({ use, context }) => use.kind === "symbol" && use.name !== MODULE_LAYOUT && !context.sibling);
  return lists.stable.map((each) => ({
    list: each.name,
    listed: symbols.filter(({ use, context }) => lists.ask(each, use.name, context.view?.found).isListed).length,
    of: symbols.length,
  }));
};
