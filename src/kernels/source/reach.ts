// Which kernel headers an #include brings along.

import type { ReleaseHeaders } from "../headers/model.ts";

const known = new WeakMap<ReleaseHeaders, Map<string, readonly string[]>>();

/** As the index has it: each unit of a module asks for much the same thousand headers. */
const includesOf = (header: string, headers: ReleaseHeaders): readonly string[] => {
  let cache = known.get(headers);
  if (cache === undefined) known.set(headers, (cache = new Map()));
  let found = cache.get(header);
  if (found === undefined) cache.set(header, (found = headers.includes(header)));
  return found;
};

/**
 * Adds a header and all that it leads to, each with the token before which it is first there. `reached` has the names that declarations carry: those of
 * `uapi/linux/types.h` stand under linux/types.h.
 */
export const reachInto = (start: string, at: number, headers: ReleaseHeaders, reached: Map<string, number>, visited: Set<string>): void => {
  const queue = [start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    const name = next.startsWith("uapi/") ? next.slice("uapi/".length) : next;
    if (!reached.has(next)) reached.set(next, at);
    if (!reached.has(name)) reached.set(name, at);
    queue.push(...includesOf(next, headers));
  }
};
