import { flagPredicate } from "./predicate.ts";

export const binary = flagPredicate(({ isBinary }) => isBinary ?? false);
