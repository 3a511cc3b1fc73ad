import { parseKscResult, type KscResult, type KscSection, type KscSymbol } from "../kernels/lists/ksc-result.ts";
import { nameProblem } from "../kernels/lists/lines.ts";
import { literalPrefix } from "../shared/glob.ts";
import { InputError, type Problem } from "../shared/input-error.ts";
import { visible } from "../shared/visible.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { noteText } from "./problems.ts";

/** A justification of a report, as a waiver says it. */
interface Justified {
  readonly symbol: string;
  readonly module: string;
  readonly reason: string;
  /** Where the reason stands. */
  readonly line: number;
  /** Where the symbol stands, if its block only refers to the reason. */
  readonly referredAt?: number;
}

/** As a module is called: kbuild makes every hyphen of the file's name an underscore (scripts/Makefile.lib name-fix). */
const moduleName = (file: string): string => file.replace(/\.ko(\..*)?$/, "").replaceAll("-", "_");

/** Names become the patterns of a match: nothing in them may be one already. */
const refuseOddNames = ({ modules }: KscResult, file: string): void => {
  const at = (line: number, message: string | undefined): Problem[] => (message === undefined ? [] : [{ file, line, column: 1, message }]);
  const problems = modules.flatMap(({ name, line, unlisted }) => [
    ...at(line, literalPrefix(name) === name ? undefined : `"${name.slice(0, 80)}" is no module's name`),
    ...unlisted.flatMap((each) => at(each.line, nameProblem(each.symbol))),
  ]);
  if (problems.length > 0) throw new InputError(problems);
};

/** What is said for a symbol, in its own block or in the section that this refers to. */
const reasonOf = ({ modules }: KscResult, { symbol, justification, under }: KscSymbol): KscSymbol["justification"] =>
  under === undefined
    ? justification
    : modules
        .filter(({ name }) => name === under)
        .flatMap(({ unlisted }) => unlisted.flatMap((each) => (each.symbol === symbol && each.justification) || []))[0];

const justifiedIn = (result: KscResult, { name, unlisted }: KscSection): readonly Justified[] =>
  unlisted.flatMap((each) => {
    const said = reasonOf(result, each);
    if (!said) return [];
    const { symbol, line, under } = each;
    return [{ symbol, module: moduleName(name), reason: said.text, line: said.line, ...(under !== undefined && { referredAt: line }) }];
  });

/** As a scalar of YAML. Anything but plain ASCII is written as \uNNNN: no text in it can command a terminal. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(/[^\u0020-\u007e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

const waiverText = ({ symbol, module, reason, line, referredAt }: Justified, file: string): string => {
  const from = `${file}:${line}${referredAt === undefined ? "" : `, to which line ${referredAt} refers`}`;
  // A report of an early ksc may not tell the module.
  const match = [`name: ${quoted(symbol)}`, ...(module === "" ? [] : [`module: ${quoted(module)}`])].join(", ");
  return `  # ${visible(from)}\n  - rule: off-stablelist\n    match: { ${match} }\n    reason: ${quoted(reason)}\n    owner: "?"\n`;
};

/** A policy of waivers and nothing else, to be named in the `extends` of another. */
const renderWaivers = (waivers: readonly Justified[], file: string): string =>
  `extends: []\nwaivers:${waivers.length === 0 ? " []\n" : `\n${waivers.map((each) => waiverText(each, file)).join("")}`}`;

/** The same symbol of a module justified in the same words is one waiver, the first. */
const once = (waivers: readonly Justified[]): readonly Justified[] => {
  const seen = new Set<string>();
  return waivers.filter(({ symbol, module, reason }) => seen.size < seen.add(JSON.stringify([symbol, module, reason])).size);
};

/** `abi-lint import ksc-result.txt`: what was written there for symbols off the list, as waivers. Who answers for each is still to be said. */
export const importKscResult = (path: string, { output }: { readonly output?: string }, { host, stdout, stderr }: Io): ExitCode => {
  const file = host.shown(path);
  const result = parseKscResult(host.readText(path), file);
  refuseOddNames(result, file);
  for (const note of result.notes) stderr.write(noteText(note));
  const justified = result.modules.flatMap((section) => justifiedIn(result, section));
  const left = result.modules.flatMap(({ unlisted }) => unlisted).length - justified.length;
  if (left > 0) stderr.write(noteText({ file, message: `left out: ${left} symbol${left === 1 ? "" : "s"} for which nothing is said` }));
  const text = renderWaivers(once(justified), file);
  if (output === undefined || output === "-") stdout.write(text);
  else host.write(output, text);
  return EXIT.clean;
};
