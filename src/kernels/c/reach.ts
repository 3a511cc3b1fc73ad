// Which headers a configuration includes at all: linux/rcutiny.h says nothing of a kernel whose linux/rcupdate.h includes linux/rcutree.h.

import type { Certainty } from "./branches.ts";

/** One #include of a public header. */
export interface Inclusion {
  /** The including file as it is included itself, where that is a public header. */
  readonly from?: string;
  readonly to: string;
  readonly certainty: Certainty;
}

/** How long a chain of inclusions is followed. */
const MAX_ROUNDS = 30;

const least = (a: Certainty, b: Certainty): Certainty => (a < b ? a : b);

/**
 * How sure each public header is to be read. One that nothing includes is for modules to include; one of asm-generic/ is not, if x86 has its own
 * (a missing one is generated: Documentation/kbuild/makefiles.rst, generic-y).
 */
export const reachOf = (headers: ReadonlySet<string>, inclusions: readonly Inclusion[]): ReadonlyMap<string, Certainty> => {
  const sites = new Map<string, Inclusion[]>();
  for (const each of inclusions) {
    if (each.from === each.to) continue;
    const known = sites.get(each.to);
    if (known === undefined) sites.set(each.to, [each]);
    else known.push(each);
  }
  const reach = new Map<string, Certainty>([...headers].map((name) => [name, 2]));
  for (let round = 0, changed = true; changed && round < MAX_ROUNDS; round++) {
    changed = false;
    for (const name of headers) {
      const generic = name.startsWith("asm-generic/");
      if (generic && !headers.has(name.replace("asm-generic/", "asm/"))) continue;
      const from = sites.get(name) ?? (generic ? [] : undefined);
      if (from === undefined) continue;
      const now = from.reduce<Certainty>((best, each) => {
        const through = least(each.certainty, each.from === undefined ? 2 : (reach.get(each.from) ?? 2));
        return through > best ? through : best;
      }, 0);
      if (now < reach.get(name)!) {
        reach.set(name, now);
        changed = true;
      }
    }
  }
  return reach;
};

/** The header that an #include names, as others name it: `<uapi/linux/types.h>` is linux/types.h, `"string_32.h"` in asm/ is asm/string_32.h. */
export const includedName = (target: string, from: string | undefined, headers: ReadonlySet<string>): string | undefined => {
  const [, quote, path = ""] = /^([<"])([^>"]+)/.exec(target) ?? [];
  const name = path.replace(/^uapi\//, "");
  const beside = from === undefined ? name : `${from.slice(0, from.lastIndexOf("/") + 1)}${name}`;
  return quote === '"' && headers.has(beside) ? beside : headers.has(name) ? name : undefined;
};
