import { wordPredicate } from "./predicate.ts";

export const documented = wordPredicate(({ use, documented: entry }) =>
  use && ["procfs", "sysfs", "debugfs"].includes(use.kind) ? (entry?.level ?? "no") : undefined,
);
