import type { TreeFacts } from "../c/scan.ts";

/** The rows of a table: a name and its attributes, null where nothing is known (as JSON has it). */
export type Rows = readonly (readonly [string, readonly (string | null)[]])[];

/** More inline functions and macros than anybody reads. */
const MAX_THROUGH = 24;

const shorten = (names: readonly string[]): string => names.slice(0, MAX_THROUGH).join(" ") + (names.length > MAX_THROUGH ? " …" : "");

/** What a tree says of exports and of what its headers offer, as rows of the tables. */
export interface ScannedRows {
  /** For each export: source, signature, definition (where its type differs from the header's), users, header. */
  readonly exports: Rows;
  /** form, header, signature, parameters, target. */
  readonly headers: Rows;
  /** For each export that inline functions or macros mention, and each inline function that macros do: by which. */
  readonly through: Rows;
}

/** The rows of a tree that was read. @param exported the names that the kernel exports. */
export const rowsOf = (scan: TreeFacts, exported: ReadonlySet<string>): ScannedRows => {
  const live = [...scan.headers.values()].filter((each) => each.live);
  const headers = new Map(live.map((each) => [each.name, each]));
  const through = new Map<string, string[]>();
  for (const { name, form, mentions } of live) {
    if (form === "function" || form === "variable") continue;
    for (const mentioned of new Set(mentions)) {
      // An inline function shows itself in the debug information, the macro around it does not.
      const isHidden = form !== "inline" && headers.get(mentioned)?.form === "inline";
      if (mentioned === name || !(exported.has(mentioned) || isHidden)) continue;
      const list = through.get(mentioned);
      if (list) list.push(name);
      else through.set(mentioned, [name]);
    }
  }
  return {
    exports: [...exported].map((name) => {
      const header = headers.get(name);
      const definition = scan.definitions.get(name);
      const signature = header?.signature ?? definition?.signature;
      const own = definition?.signature === signature ? undefined : definition?.signature;
      return [
        name,
        [definition?.file ?? null, signature ?? null, own ?? null, scan.users.get(name)?.toString() ?? null, header?.header ?? null],
      ];
    }),
    headers: live.map(({ name, form, header, signature, parameters, target }) => [
      name,
      [form, header, signature ?? null, parameters ?? null, target ?? null],
    ]),
    through: [...through].map(([name, by]) => [name, [shorten(by.sort())]]),
  };
};
