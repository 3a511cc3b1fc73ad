// Which kernel headers an #include brings along.

import type { ReleaseHeaders } from "../headers/model.ts";

/** Adds a header and all that it leads to. `reached` has the names that declarations carry: those of `uapi/linux/types.h` stand under linux/types.h. */
export const reachInto = (start: string, headers: ReleaseHeaders, reached: Set<string>, visited: Set<string>): void => {
  const queue = [start];
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    if (visited.has(next)) continue;
    visited.add(next);
    reached.add(next);
    if (next.startsWith("uapi/")) reached.add(next.slice("uapi/".length));
    queue.push(...headers.includes(next));
  }
};
