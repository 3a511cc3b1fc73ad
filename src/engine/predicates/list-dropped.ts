import { flagPredicate } from "./predicate.ts";

/** On a list, and not on the one that succeeds it. */
export const listDropped = flagPredicate(({ use, lists, view }) =>
  use?.kind !== "symbol" || !lists
    ? undefined
    : lists.stable.some((each) => {
        const older = lists.stable.find(({ name }) => name === each.after);
        const has = (list: typeof each): boolean => lists.ask(list, use.name, view?.found).isListed;
        return older !== undefined && has(older) && !has(each);
      }),
);
