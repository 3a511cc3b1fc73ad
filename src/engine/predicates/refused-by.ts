import type { Context } from "../context.ts";
import { refusersOf, type Refuser } from "../licence.ts";

export const refusedBy = (wanted: Refuser | readonly Refuser[]): ((context: Context) => boolean) => {
  const words = typeof wanted === "string" ? [wanted] : wanted;
  return ({ subject, use, view }) =>
    view?.found?.type === "EXPORT_SYMBOL_GPL" && refusersOf(subject.licences, use?.weak).some((each) => words.includes(each));
};
