import { join } from "node:path";
import type { Baseline } from "../policy/baseline.ts";
import type { Host } from "./host.ts";
import { policyFolder } from "./load-policy.ts";
import type { Shipped } from "./shipped.ts";

const NAME = "abi-lint.baseline.yaml";

export interface BaselineOptions {
  readonly policy?: string;
  /** The file; false: none. */
  readonly baseline?: string | false;
}

/** Where the baseline is, or would be: beside the policy in force. */
export const baselineFile = (host: Host, shipped: Shipped, { policy, baseline }: BaselineOptions): string =>
  baseline || join(policyFolder(host, shipped, policy), NAME);

/** The baseline in force, if there is one. @throws InputError where it is not valid, or was asked for and is not there. */
export const loadBaseline = async (host: Host, shipped: Shipped, options: BaselineOptions): Promise<Baseline | undefined> => {
  if (options.baseline === false) return undefined;
  const file = baselineFile(host, shipped, options);
  if (options.baseline === undefined && host.kindOf(file) === "missing") return undefined;
  const { parseBaseline } = await import("./texts.ts");
  return parseBaseline(host.readText(file), host.shown(file));
};
