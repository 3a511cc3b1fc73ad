import { PLACEHOLDER, SEPARATOR } from "./ksc-result.ts";

/** A symbol that is on no list: why it is needed, and where it is used (`file:line`). */
export interface WantedSymbol {
  readonly name: string;
  readonly reason?: string;
  readonly places: readonly string[];
}

/** A module of a request to put symbols on a list. */
export interface RequestingModule {
  /** The file's name: `foo.ko`. */
  readonly name: string;
  readonly vermagic: string;
  /** The namespaces it imports. */
  readonly namespaces: readonly string[];
  /** As the list's vendor spells it. */
  readonly arch: string;
  /** Its symbols that are on the list. */
  readonly listed: readonly string[];
  readonly wanted: readonly WantedSymbol[];
}

const oneLine = (text: string): string => text.replace(/\s+/g, " ").trim();

const byName = (a: WantedSymbol, b: WantedSymbol): number => (a.name < b.name ? -1 : 1);

/**
 * Writes ksc-result.txt (ksc.py save_result, write_result), the form in which Red Hat takes requests for its stablelists. A reason that
 * an earlier module gave is referred to. ksc cuts a reason at its first `#` when it reads such a file again; here it is written whole.
 * @param command the command line that the file shall name.
 */
export const renderKscResult = (command: string, modules: readonly RequestingModule[]): string => {
  const stated = new Map<string, { readonly by: string; readonly reason: string | undefined }>();
  const justify = (module: string, { name, reason }: WantedSymbol): string => {
    const before = stated.get(name);
    if (before && (reason === undefined || reason === before.reason)) return `JUSTIFICATION STATED UNDER \`${before.by}' SECTION`;
    if (!before) stated.set(name, { by: module, reason });
    return reason === undefined ? PLACEHOLDER : oneLine(reason);
  };
  const sections = modules.map(({ name, vermagic, namespaces, arch, listed, wanted }) => {
    const imports = namespaces.map((namespace) => `@ns:${namespace}`).join("");
    const lines = [
      `{${name}@${vermagic.trim()}${imports}}`,
      "",
      `[${arch}]`,
      "[STABLELISTUSAGE]",
      ...[...listed].sort(),
      "[NONSTABLELISTUSAGE]",
    ];
    for (const each of [...wanted].sort(byName)) lines.push(SEPARATOR, `(${each.name})`, "", justify(name, each), "");
    if (wanted.length > 0) lines.push(SEPARATOR);
    return `\n${lines.join("\n")}\n`;
  });
  return `[command: ${oneLine(command)}]\n${sections.join("")}`;
};

/** Text of a person, as text in Markdown: on one line, and nothing in it is markup. */
const plain = (text: string): string => oneLine(text).replace(/[\\`*_{}[\]<>#|~&]/g, "\\$&");

/** Text of a file, as code in Markdown, whatever backticks are in it. */
const code = (text: string): string => {
  const fence = "`".repeat(Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  const pad = /^`|`$/.test(text) ? " " : "";
  return `${fence}${pad}${oneLine(text)}${pad}${fence}`;
};

/**
 * Writes the same request for people: what each module needs beyond a list, with places and reasons.
 * @param list what the list is called.
 */
export const renderRequestMarkdown = (list: string, modules: readonly RequestingModule[]): string => {
  const sections = modules.map(({ name, arch, vermagic, listed, wanted }) => {
    const total = listed.length + wanted.length;
    const items = [...wanted]
      .sort(byName)
      .flatMap((symbol) => [
        `- ${code(symbol.name)}: ${symbol.reason === undefined ? "no reason given" : plain(symbol.reason)}`,
        ...(symbol.places.length > 0 ? [`  Used at ${symbol.places.map(code).join(", ")}.`] : []),
      ]);
    return [
      `## ${plain(name)}`,
      "",
      `Built for ${code(vermagic.trim())} on ${plain(arch)}. ${listed.length} of its ${total} symbol${total === 1 ? "" : "s"} ${total === 1 || listed.length === 1 ? "is" : "are"} on the list.`,
      ...(items.length > 0 ? ["", ...items] : []),
    ].join("\n");
  });
  return `${[`# Symbols to add to ${plain(list)}`, ...sections].join("\n\n")}\n`;
};
