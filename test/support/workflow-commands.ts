// What a runner of GitHub Actions makes of the lines of a step (actions/runner, src/Runner.Common/ActionCommand.cs): TryParseV2, and where that finds nothing
// TryParse, of each line as .NET's StreamReader.ReadLine() ends it.

export interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly data: string;
}

/** The commands that a runner has ears for. */
const KNOWN = new Set(
  "error warning notice debug group endgroup add-mask add-path add-matcher remove-matcher echo set-env set-output save-state stop-commands".split(
    " ",
  ),
);

/** .NET's Split('=', 2, RemoveEmptyEntries): separators before a part vanish with the empty parts between them. */
const pair = (text: string): readonly string[] => {
  const trimmed = text.replace(/^=+/, "");
  const equals = trimmed.indexOf("=");
  if (equals < 0) return trimmed === "" ? [] : [trimmed];
  const value = trimmed.slice(equals + 1).replace(/^=+/, "");
  return value === "" ? [trimmed.slice(0, equals)] : [trimmed.slice(0, equals), value];
};

const unescape = (text: string, tokens: readonly (readonly [string, string])[]): string =>
  tokens.reduce((all, [token, replacement]) => all.replaceAll(replacement, token), text);

const DATA = [
  ["\r", "%0D"],
  ["\n", "%0A"],
  ["%", "%25"],
] as const;
const PROPERTY = [
  ["\r", "%0D"],
  ["\n", "%0A"],
  [":", "%3A"],
  [",", "%2C"],
  ["%", "%25"],
] as const;

const parseV2 = (line: string): Command | undefined => {
  const message = line.trimStart();
  const end = message.indexOf("::", 2);
  if (!message.startsWith("::") || end < 0) return undefined;
  const info = message.slice(2, end);
  const space = info.indexOf(" ");
  const name = space < 0 ? info : info.slice(0, space);
  if (!KNOWN.has(name.toLowerCase())) return undefined;
  const properties =
    space < 0
      ? []
      : info
          .slice(space + 1)
          .trim()
          .split(",")
          .filter((each) => each !== "");
  return {
    name,
    properties: Object.fromEntries(
      properties
        .map(pair)
        .filter((each) => each.length === 2)
        .map(([key, value]) => [key, unescape(value!, PROPERTY)]),
    ),
    data: unescape(message.slice(end + 2), DATA),
  };
};

/** The old form, anywhere in a line: `##[command properties]data`. */
const parseV1 = (line: string): Command | undefined => {
  const info = /##\[([^\]]*)\](.*)/s.exec(line);
  const name = info?.[1]!.split(" ", 1)[0] ?? "";
  return KNOWN.has(name.toLowerCase()) ? { name, properties: {}, data: info![2]! } : undefined;
};

/** What each line of a step's output is to a runner: a command, or text for the log. */
export const runnerReads = (output: string): readonly (Command | string)[] =>
  output
    .replace(/\r\n|\r|\n$/, (end) => (end === "\n" ? "" : "\n"))
    .split(/\r\n|\r|\n/)
    .map((line) => parseV2(line) ?? parseV1(line) ?? line);
