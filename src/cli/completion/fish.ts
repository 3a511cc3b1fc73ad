import { everyCommand, type ArgumentNode, type CommandNode, type OptionNode, type Values } from "../command-tree.ts";
import { plain, plainWords } from "./plain.ts";

/** In single quotes, as fish reads them. */
const quoted = (text: string): string => `'${text.replace(/[\\']/g, String.raw`\$&`)}'`;

/** What completes a value: `-x` keeps files away, `-F` and `-r` let them in. */
const valueWords = ({ words, paths, list, sign }: Values, behind: "option" | "operand"): string => {
  const files = paths === "files" ? (behind === "option" ? "-r" : "-F") : behind === "option" ? "-x" : "-f";
  if (paths === "folders") return `${files} -a '(__fish_complete_directories)'`;
  if (sign || list)
    return `${files} -a '(__abi_lint_values "${sign ?? ""}" "${list ? "," : ""}" ${plainWords(words)})'`.replace(/ \)'$/, ")'");
  return words.length > 0 ? `${files} -a '${plainWords(words)}'` : files;
};

const optionLine = ({ names, description, value }: OptionNode, condition: string): string =>
  [
    `complete -c abi-lint -n ${condition}`,
    ...names.map((name) => (name.startsWith("--") ? `-l ${plain(name.slice(2))}` : `-s ${plain(name.slice(1))}`)),
    ...(value ? [valueWords(value.values, "option")] : []),
    `-d ${quoted(description)}`,
  ].join(" ");

const operandLine = ({ placeholder, variadic, values }: ArgumentNode, index: number, commands: string): string =>
  `complete -c abi-lint -n "__abi_lint_at ${index + 1}${variadic ? "+" : ""} ${commands}" ${valueWords(values, "operand")} -d ${quoted(placeholder)}`;

const commandLines = (command: CommandNode, program: CommandNode): readonly string[] => {
  // Where no sub-command is named, one is meant.
  const paths = [command.path, ...(command.path === program.meant ? [""] : [])]
    .map(
      (path) =>
        `'${path
          .split(" ")
          .map((word) => word && plain(word))
          .join(" ")}'`,
    )
    .join(" ");
  return [
    `\n# abi-lint ${command.path}`.trimEnd(),
    ...command.commands.map(
      ({ name, description }) => `complete -c abi-lint -n "__abi_lint_at 1 ${paths}" -f -a ${plain(name)} -d ${quoted(description)}`,
    ),
    ...command.options.map((option) => optionLine(option, `"__abi_lint_in ${paths}"`)),
    ...command.arguments.map((argument, index) => operandLine(argument, index, paths)),
  ];
};

/** Per command: its sub-commands, and the options that have a value. */
const commandCase = ({ path, commands, options }: CommandNode): string => {
  const valued = options.filter(({ value }) => value).flatMap(({ names }) => names);
  const sets = [
    ...(commands.length > 0 ? [`set commands ${plainWords(commands.map(({ name }) => name))}`] : []),
    ...(valued.length > 0 ? [`set valued ${plainWords(valued)}`] : []),
  ];
  return sets.length > 0 ? `            case '${path}'\n${sets.map((line) => `                ${line}\n`).join("")}` : "";
};

/** The completion script for fish 3.4 and later. */
export const fish = (program: CommandNode): string => {
  const commands = everyCommand(program);
  const meant = commands.find(({ path }) => path === program.meant);
  const root = { ...program, options: [...program.options, ...(meant?.options ?? [])] };
  return `# fish completion of abi-lint, as abi-lint completion fish prints it: keep it as ~/.config/fish/completions/abi-lint.fish

# Prints the command that is typed so far (empty: none yet) and which of its operands comes next.
function __abi_lint_where
    set -l command ''
    set -l position 1
    set -l skip
    set -l dashes
    for token in (commandline -opc)[2..]
        set -l commands
        set -l valued
        switch $command
${[root, ...commands.slice(1)].map(commandCase).join("")}        end
        if set -q skip[1]
            set skip
        else if not set -q dashes[1]; and test $position = 1; and contains -- $token $commands
            set command (string trim "$command $token")
        else
            test -z "$command"; and set command ${meant?.path ?? "''"}
            if set -q dashes[1]; or not string match -qr -- '^-.' $token
                set position (math $position + 1)
            else if test $token = --
                set dashes 1
            else
                contains -- $token $valued; and set skip 1
            end
        end
    end
    printf '%s\\n' "$command" $position
end

function __abi_lint_in
    set -l where (__abi_lint_where)
    contains -- "$where[1]" $argv
end

# POSITION COMMAND...: a position and all behind it where it ends with +.
function __abi_lint_at
    set -l where (__abi_lint_where)
    contains -- "$where[1]" $argv[2..]; or return
    switch $argv[1]
        case '*+'
            test $where[2] -ge (string trim -r -c + -- $argv[1])
        case '*'
            test $where[2] = $argv[1]
    end
end

# SIGN LIST WORD...: behind the sign a file, behind a comma of a list the words again.
function __abi_lint_values
    set -l typed (commandline -ct | string replace -r -- '^--[^=]*=' '')
    set -l sign $argv[1]
    if test -n "$sign"; and string match -q -- "*$sign*" $typed
        set -l parts (string split -m 1 -- $sign $typed)
        __fish_complete_path $parts[2] | string replace -r '^' -- "$parts[1]$sign"
        return
    end
    set -l head ''
    test -n "$argv[2]"; and set head (string match -r -- '.*,' $typed; or echo)
    printf '%s\\n' $head$argv[3..]
end

complete -c abi-lint -f
${commands.flatMap((command) => commandLines(command, program)).join("\n")}
`;
};
