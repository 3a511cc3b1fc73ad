import { everyCommand, type ArgumentNode, type CommandNode, type OptionNode, type Values } from "../command-tree.ts";
import { plain, plainWords, quoted } from "./plain.ts";

/** A description within a spec of _arguments, which a bracket would end, or a message, which a colon would. */
const inBrackets = (text: string): string => text.replace(/[\\:[\]]/g, String.raw`\$&`);
const asMessage = (text: string): string => text.replace(/[\\:]/g, String.raw`\$&`);

const functionOf = ({ path }: CommandNode): string => ["_abi-lint", ...path.split(" ").filter(Boolean)].map(plain).join("-");

const PATHS = { none: "", files: "_files", folders: "_files -/" } as const satisfies Record<Values["paths"], string>;

const isSimple = ({ words, paths, list, sign }: Values): boolean => !list && !sign && (words.length === 0 || paths === "none");

/** Values that need a function of their own, each distinct one once. */
const functionsOf = (commands: readonly CommandNode[]): ReadonlyMap<string, string> => {
  const all = commands.flatMap((command) => [
    ...command.options.flatMap(({ value }) => (value ? [value.values] : [])),
    ...command.arguments.map(({ values }) => values),
  ]);
  const bodies = new Set(all.filter((values) => !isSimple(values)).map(bodyOf));
  return new Map([...bodies].map((body, index) => [body, `_abi-lint_values_${index + 1}`]));
};

const bodyOf = ({ words, paths, list, sign }: Values): string => {
  const other = paths === "none" ? [] : [`'files:file:${PATHS[paths]}'`];
  return [
    ...(sign ? [`if compset -P '*${sign}'; then _files; return; fi`] : []),
    ...(list ? ["compset -P '*,'"] : []),
    `_alternative ${[...(words.length > 0 ? [`'values:value:(${plainWords(words)})'`] : []), ...other].join(" ")}`,
  ]
    .map((line) => `\n  ${line}`)
    .join("");
};

/** What _arguments does for a value: its words, files, a function, or nothing but tell what is awaited. */
const actionOf = (values: Values, functions: ReadonlyMap<string, string>): string => {
  if (!isSimple(values)) return functions.get(bodyOf(values))!;
  return values.words.length > 0 ? `(${plainWords(values.words)})` : PATHS[values.paths] || " ";
};

/** `'(-o --output)'{-o+,--output=}'[where to write it]:file:_files'` */
const optionSpec = ({ names, description, repeatable, value }: OptionNode, functions: ReadonlyMap<string, string>): string => {
  const forms = names.map((name) => (value ? `${name}${name.startsWith("--") ? "=" : "+"}` : name));
  const ends = names.includes("--help") || names.includes("--version");
  const excluded = ends ? "(- *)" : repeatable ? "*" : names.length > 1 ? `(${names.join(" ")})` : "";
  const rest = `[${inBrackets(description)}]${value ? `:${asMessage(value.placeholder)}:${actionOf(value.values, functions)}` : ""}`;
  if (forms.length > 1) return `${quoted(excluded)}{${forms.join(",")}}${quoted(rest)}`;
  return quoted(`${excluded}${forms[0]}${rest}`);
};

const argumentSpec = (
  { placeholder, required, variadic, values }: ArgumentNode,
  index: number,
  functions: ReadonlyMap<string, string>,
): string =>
  quoted(`${variadic ? "*" : index + 1}:${required || variadic ? "" : ":"}${asMessage(placeholder)}:${actionOf(values, functions)}`);

const specs = (lines: readonly string[]): string => `  _arguments -s -S : \\\n${lines.map((line) => `    ${line}`).join(" \\\n")}`;

/** A command's functions: its options and operands, or the names of its sub-commands, each of which has the words to itself. */
const commandFunctions = (command: CommandNode, functions: ReadonlyMap<string, string>): string => {
  const name = functionOf(command);
  const meant = command.commands.find((each) => each.name === command.meant);
  const options = [...command.options, ...(meant?.options.filter(({ names }) => !names.includes("--help")) ?? [])];
  const lines = options.map((option) => optionSpec(option, functions));
  const operands = (meant ?? command).arguments.map((argument, index) => argumentSpec(argument, index, functions));
  if (command.commands.length === 0) return `${name}() {\n${specs([...lines, ...operands])}\n}`;
  const names = command.commands.map((each) => plain(each.name));
  const first = meant?.arguments[0];
  const other = first ? ` "operands:${first.placeholder}:${actionOf(first.values, functions)}"` : "";
  return `${name}_commands() {
  local -a commands=(
${command.commands.map((each) => `    ${quoted(`${each.name}:${each.description.replaceAll("\\", "\\\\")}`)}`).join("\n")}
  )
  (( CURRENT == 2 )) && _describe -t commands command commands
}

${name}() {
  case $words[2] in
    ${names.join("|")})
      if (( CURRENT > 2 )); then
        shift words
        (( CURRENT-- ))
        ${name}-$words[1]
        return
      fi ;;
  esac
${specs([...lines, quoted(`1: :{ _alternative "commands:command:${name}_commands"${other} }`), ...operands])}
}`;
};

/** The completion script for zsh 5.4 and later. */
export const zsh = (program: CommandNode): string => {
  const commands = everyCommand(program);
  const functions = functionsOf(commands);
  return `#compdef abi-lint
# zsh completion of abi-lint, as abi-lint completion zsh prints it: keep it as _abi-lint in a folder of $fpath, or source it after compinit.

${[...functions].map(([body, name]) => `${name}() {${body}\n}`).join("\n\n")}

${commands.map((command) => commandFunctions(command, functions)).join("\n\n")}

if [[ $funcstack[1] == _abi-lint ]]; then
  _abi-lint "$@"
else
  compdef _abi-lint abi-lint
fi
`;
};
