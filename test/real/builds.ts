/**
 * What a log of prepare/builds.sh says: did the module build, and if not, what of the kernel's was in the way.
 * The words are those of gcc 12 and 14 (gcc/c/c-decl.cc, c-typeck.cc, libcpp/macro.cc), GNU make and scripts/mod/modpost.c.
 */

type CauseKind =
  /** modpost: the module compiled, and the kernel exports no such symbol. */
  | "undefined"
  /** A function called that no header declares. */
  | "implicit"
  /** A function or macro called with too few or too many arguments. */
  | "arguments"
  /** An argument of another type than the parameter. */
  | "incompatible-argument"
  /** A constant, variable, macro or type name that no header declares. */
  | "undeclared"
  /** A member that the struct or union does not have. */
  | "member"
  /** A value of another type than the variable or member it is put into: callbacks above all. */
  | "initialiser"
  /** A header that is not there. */
  | "header"
  | "other";

export interface Cause {
  readonly kind: CauseKind;
  /** What it is about: a symbol, function, constant, type, `struct.member`, header, or the place that an initialiser fills (`ops.open`). */
  readonly name?: string;
  /** As the compiler names it, less the folder of the build. Kbuild of 7.3 works in the folder of `M=`, and names files from there. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** The message, with plain quotes. */
  readonly text: string;
}

interface BuildLog {
  readonly built: boolean;
  /** In the log's order, each kind and name once. None of a log that ends in success; at least one of a build that broke. */
  readonly causes: readonly Cause[];
}

type Named = Pick<Cause, "kind" | "name">;

/** One message and the lines below it, up to the next message. */
interface Message {
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly text: string;
  readonly below: readonly string[];
}

const DIAGNOSTIC = /^([^\s:]+):(\d+):(?:(\d+):)? (?:fatal )?error: (.*)$/;
const MODPOST = /^ERROR: (?:modpost: )?(.*)$/;
const NO_RULE = /^make(?:\[\d+\])?: \*\*\* (No rule to make target .*?)\.(?:  Stop\.)?$/;
/** What ends the notes and source lines below a message. */
const NEXT =
  /^(?:[^\s:][^:]*:(?:\d+:)* (?:fatal )?(?:error|warning): |[^\s:][^:]*: (?:In function|At top level)|In file included from |make(?:\[\d+\])?: |ERROR: |WARNING: | {2}[A-Z]+ )/;

/** `struct S` of a type as gcc writes it, with what a typedef stands for: "const struct S", "foo_t {aka 'struct S'}". */
const structName = (written: string): string => {
  const aka = /\{aka '([^']*)'\}/.exec(written)?.[1];
  return (aka ?? written.replaceAll("'", "")).replace(/\b(?:const|volatile|struct|union)\s+/g, "").trim();
};

/** The source lines that gcc shows below a message, with their numbers. */
const shown = ({ below }: Message): readonly { readonly number: number; readonly code: string }[] =>
  below.flatMap((each) => {
    const found = /^ *(\d+) \| ?(.*)$/.exec(each);
    return found === null ? [] : [{ number: Number(found[1]), code: found[2]! }];
  });

/** What is left of the `=` that gcc points at, from the last pointer on: `ops.open` of `priv->ops.open = mine`. */
const assigned = (message: Message): string | undefined => {
  const { column, line } = message;
  const code = shown(message).find(({ number }) => number === line)?.code;
  if (code === undefined || column === undefined) return undefined;
  const path = /([A-Za-z_][\w.\->]*?)(?:\[[^\]]*\])?\s*$/.exec(code.slice(0, column - 1).trimEnd())?.[1];
  return path?.split("->").at(-1);
};

/** The member that an initialiser fills, which gcc tells in a note of its own. */
const nearInitialization = ({ below }: Message): string | undefined =>
  below
    .flatMap((each) => /\(near initialization for '(?:\(anonymous\)\.)?([^']*)'\)/.exec(each)?.[1] ?? [])[0]
    ?.replaceAll("<anonymous>.", "");

/** The outermost macro that the message came from: what the module wrote. */
const expanded = ({ below }: Message): string | undefined =>
  below.flatMap((each) => /note: in expansion of macro '([^']*)'/.exec(each)?.[1] ?? []).at(-1);

type Reader = readonly [pattern: RegExp, read: (found: RegExpExecArray, message: Message) => Named];

const about = (kind: CauseKind, name: string | undefined): Named => (name === undefined ? { kind } : { kind, name });

const first =
  (kind: CauseKind): Reader[1] =>
  ([, name]) =>
    about(kind, name);

const filled: Reader[1] = (_, message) => about("initialiser", nearInitialization(message) ?? assigned(message));

/** A macro that no header defines, used outside of functions, is read as a declaration: `MODULE_SOMETHING("…")`. */
const usedAsDeclaration: Reader[1] = (_, message) =>
  about("undeclared", /^\s*([A-Za-z_]\w*)\s*\(/.exec(shown(message).at(-1)?.code ?? "")?.[1]);

/** gcc quotes the variable or field, the source has the type that is nowhere defined. */
const ofUndefinedType: Reader[1] = ([, quoted], message) =>
  about("other", /\b(?:struct|union|enum) \w+/.exec(shown(message)[0]?.code ?? "")?.[0] ?? quoted);

/** Tried in order. The last one takes everything, with the first name that is quoted. */
const READERS: readonly Reader[] = [
  [/^(\S+): No such file or directory/, first("header")],
  [/^implicit declaration of function '([^']*)'/, first("implicit")],
  [/^too (?:few|many) arguments to function '([^']*)'/, first("arguments")],
  [/^macro "([^"]*)" (?:passed|requires) /, first("arguments")],
  [/^passing argument \d+ of '([^']*)'/, first("incompatible-argument")],
  [/^incompatible type for argument \d+ of '([^']*)'/, first("incompatible-argument")],
  [/^'([^']*)' undeclared/, first("undeclared")],
  [/^unknown type name '([^']*)'/, first("undeclared")],
  [/^(.*) has no member named '([^']*)'/, ([, type, member]) => ({ kind: "member", name: `${structName(type!)}.${member}` })],
  [/^(?:initialization of|assignment to) /, filled],
  [/^incompatible types when (?:initializing|assigning)/, filled],
  [/^"([^"]*)" \[[^\]]*\] undefined!$/, first("undefined")],
  [/^\S+: symbol '([^']*)' undefined!$/, first("undefined")],
  [/ uses (?:GPL-only )?symbol '?([\w.]+)'?/, first("other")],
  [/ (?:incomplete|undefined) type '(?:const |volatile )*([^']*)'/, first("other")],
  [/^field '([^']*)' has incomplete type/, ofUndefinedType],
  [/^variable '([^']*)' has initializer but incomplete type/, ofUndefinedType],
  [/^storage size of '([^']*)' isn't known/, ofUndefinedType],
  [/^type defaults to 'int' in declaration of '([^']*)'/, first("other")],
  [/^expected declaration specifiers or '\.\.\.' before /, usedAsDeclaration],
  [/^expected .* before '([A-Za-z_]\w*)'/, first("other")],
  [/'((?:struct |union |enum )?[A-Za-z_]\w*)'/, first("other")],
  [/^/, (_, message) => about("other", nearInitialization(message) ?? expanded(message))],
];

const named = (message: Message): Named => {
  for (const [pattern, read] of READERS) {
    const found = pattern.exec(message.text);
    if (found !== null) return read(found, message);
  }
  return { kind: "other" };
};

/** Less the folder that builds.sh builds in; a kernel header keeps its whole path. */
const inModule = (file: string): string => file.replace(/^.*\/dkms\/[^/]+\/[^/]+\/build\//, "").replace(/^\.\//, "");

/** More than any message has of notes and source lines that matter here. */
const BELOW = 40;

const readMessages = (lines: readonly string[]): Message[] =>
  lines.flatMap((line, place): Message[] => {
    const diagnostic = DIAGNOSTIC.exec(line);
    const text = (diagnostic?.[4] ?? MODPOST.exec(line)?.[1] ?? NO_RULE.exec(line)?.[1])?.trim();
    if (text === undefined) return [];
    const after = lines.slice(place + 1, place + 1 + BELOW);
    const end = after.findIndex((each) => NEXT.test(each));
    const below = end === -1 ? after : after.slice(0, end);
    if (diagnostic === null) return [{ text, below }];
    const column = diagnostic[3] === undefined ? {} : { column: Number(diagnostic[3]) };
    return [{ file: inModule(diagnostic[1]!), line: Number(diagnostic[2]), ...column, text, below }];
  });

const MADE_OF_INT = /makes (?:pointer from integer|integer from pointer) without a cast/;
/** Said of a line in which something else is wrong already. */
const SECONDARY = /^(?:expected |initializer element is not )/;
/** Macros that take the name of a member: where the macro is gone, that name is looked for as a variable. */
const TAKES_A_MEMBER = /^(?:from_(?:timer|tasklet|work)|timer_container_of|container_of\w*)$/;

const wordsOf = (code: string): readonly string[] => code.match(/[A-Za-z_]\w*/g) ?? [];

interface Known {
  /** Functions that are not declared. */
  readonly implicit: ReadonlySet<string>;
  /** Where there is a message that stands on its own, as `file:line`: gcc shows a source line once for several messages. */
  readonly places: ReadonlySet<string>;
  /** All words of lines in which a macro is called with too few or too many arguments. */
  readonly inMacros: ReadonlySet<string>;
}

const placeOf = ({ file, line }: Message): string => `${file}:${line}`;

interface Read {
  readonly message: Message;
  readonly named: Named;
}

const know = (all: readonly Read[]): Known => ({
  implicit: new Set(all.flatMap(({ named: { kind, name } }) => (kind === "implicit" && name !== undefined ? [name] : []))),
  places: new Set(
    all.filter(({ message: { text } }) => !MADE_OF_INT.test(text) && !SECONDARY.test(text)).map(({ message }) => placeOf(message)),
  ),
  inMacros: new Set(
    all.filter(({ message }) => message.text.startsWith("macro ")).flatMap(({ message }) => wordsOf(shown(message)[0]?.code ?? "")),
  ),
});

const calledIn = (message: Message): readonly string[] =>
  shown(message).flatMap(({ code }) => [...code.matchAll(/\b(\w+)\s*\(/g)].map(([, called]) => called!));

/**
 * Does the message only follow from another? A function that is not declared returns an int, so that a pointer is made of it; a macro that
 * takes other arguments is then read as a variable or a declaration, and what it was to define is missing.
 */
const follows = ({ name = "" }: Named, message: Message, { implicit, places, inMacros }: Known): boolean => {
  const { text } = message;
  if (MADE_OF_INT.test(text)) return places.has(placeOf(message)) || calledIn(message).some((each) => implicit.has(each));
  if (text.startsWith("type defaults to 'int' in declaration of ")) return inMacros.has(name);
  if (/ undeclared /.test(text))
    return inMacros.has(name) || calledIn(message).some((each) => implicit.has(each) && TAKES_A_MEMBER.test(each));
  return text.startsWith("control reaches end of non-void function") || (SECONDARY.test(text) && places.has(placeOf(message)));
};

/** The last thing said that is not make's "Error 2" or of builds.sh: all that a failed configure script leaves. */
const lastWords = (lines: readonly string[]): Cause => {
  const text = lines.findLast((line) => line.trim() !== "" && !/^(?:[#+] |make(?:\[\d+\])?: )/.test(line))?.trim();
  return { kind: "other", text: text ?? "the log says nothing" };
};

/**
 * Reads a whole log as builds.sh writes it; see the head of that script. Its last line, "# built", says whether the module was built: a log
 * without one was cut off, and counts as broken. Messages that only follow from another are left out (see `follows`). Never throws.
 */
export const parseBuildLog = (log: string): BuildLog => {
  const lines = log.replaceAll(/[‘’]/g, "'").trimEnd().split("\n");
  if (lines.at(-1) === "# built") return { built: true, causes: [] };
  const all = readMessages(lines).map((message): Read => ({ message, named: named(message) }));
  const known = know(all);
  const own = all.filter(({ message, named }) => !follows(named, message, known));
  const causes = new Map<string, Cause>();
  for (const { message, named } of own.length > 0 ? own : all) {
    const { file, line, text } = message;
    const key = `${named.kind} ${named.name ?? text}`;
    if (!causes.has(key))
      causes.set(key, { ...named, ...(file === undefined ? {} : { file }), ...(line === undefined ? {} : { line }), text });
  }
  return { built: false, causes: causes.size === 0 ? [lastWords(lines)] : [...causes.values()] };
};
