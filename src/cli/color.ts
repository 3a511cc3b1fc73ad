export type ColorWish = "auto" | "always" | "never";

/** Whether to colour: --color, then FORCE_COLOR, NO_COLOR (empty counts as unset), TERM, and last whether it is a terminal. */
export const useColor = (wish: ColorWish, env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean => {
  if (wish !== "auto") return wish === "always";
  if (env["FORCE_COLOR"] !== undefined && env["FORCE_COLOR"] !== "") return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  if (env["NO_COLOR"] !== undefined && env["NO_COLOR"] !== "") return false;
  return env["TERM"] !== "dumb" && isTerminal;
};
