import type { Dress } from "../reporters/reporter.ts";
import { useColor, type ColorWish } from "./color.ts";
import type { Io } from "./io.ts";

export interface DressOptions {
  readonly color: ColorWish;
  /** Long lists in full, on a terminal, too. */
  readonly all?: boolean;
}

/** How a report is dressed that goes to standard output, or else to a file. */
export const dressOf = (
  { color, all }: DressOptions,
  { env, stdout }: Pick<Io, "env" | "stdout">,
  file?: string,
): Pick<Dress, "color" | "width" | "fold"> => ({
  color: file === undefined && useColor(color, env, stdout.isTerminal),
  width: file === undefined ? stdout.columns : 100,
  fold: file === undefined && stdout.isTerminal && all !== true,
});
