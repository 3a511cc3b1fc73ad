import { everyCommand, type CommandNode, type Values } from "../command-tree.ts";
import { plain, plainWords, quoted } from "./plain.ts";

const commandArm = ({ path, options, commands, meant }: CommandNode): string => {
  const parts = [
    ...(meant === undefined ? [] : [`meant=${plain(meant)}`]),
    ...(commands.length > 0 ? [`commands='${plainWords(commands.map(({ name }) => name))}'`] : []),
    ...(options.length > 0 ? [`options='${plainWords(options.flatMap(({ names }) => names))}'`] : []),
  ];
  return `    ${quoted(path)}) ${parts.join(" ")} ;;`;
};

/** Where a value stands, as a pattern of `case` on a command and an option or a position, and what can stand there. */
type Slot = readonly [pattern: string, values: Values];

const slotsOf = ({ path, options, arguments: operands }: CommandNode): readonly Slot[] => [
  ...options.flatMap(({ names, value }) => (value ? names.map((name): Slot => [quoted(`${path} ${name}`), value.values]) : [])),
  ...operands.flatMap(({ variadic, values }, index): Slot[] => (variadic ? [] : [[quoted(`${path} ${index + 1}`), values]])),
];

/** Operands that may be repeated fit every position: they are asked after all others. */
const repeatedSlotsOf = ({ path, arguments: operands }: CommandNode): readonly Slot[] =>
  operands.flatMap(({ variadic, values }): Slot[] => (variadic ? [[`${quoted(`${path} `)}[0-9]*`, values]] : []));

/** Slots for the same values share an arm. */
const valueArms = (slots: readonly Slot[]): readonly string[] => {
  const arms = new Map<string, string[]>();
  for (const [pattern, { words, paths, list, sign }] of slots) {
    const sets = `words='${plainWords(words)}' paths=${paths} list=${list ? "," : ""} sign=${sign ?? ""}`;
    arms.set(sets, [...(arms.get(sets) ?? []), pattern]);
  }
  return [...arms].map(([sets, patterns]) => `    ${patterns.join(" | \\\n      ")})\n      ${sets} ;;`);
};

/** The completion script for bash 4.4 and later. */
export const bash = (program: CommandNode): string => {
  const commands = everyCommand(program);
  return `# bash completion of abi-lint, as abi-lint completion bash prints it: source it, or keep it as
# ~/.local/share/bash-completion/completions/abi-lint

# COMMAND: sets its sub-commands, the one that is meant where none is named, and its options.
_abi_lint_command() {
  commands= meant= options=
  case $1 in
${commands.map(commandArm).join("\n")}
  esac
}

# COMMAND OPTION, or COMMAND POSITION: sets what can stand there. Status 1: nothing.
_abi_lint_values() {
  words= paths=none list= sign=
  case "$1 $2" in
${[...valueArms(commands.flatMap(slotsOf)), ...valueArms(commands.flatMap(repeatedSlotsOf))].join("\n")}
    *) return 1 ;;
  esac
}

# TYPED: those words that begin so, and files. Where no word fits, bash itself looks for files, quotes and all (complete -o default).
_abi_lint_reply() {
  local typed=$1 head= word
  if [[ $sign && $typed == *"$sign"* ]]; then return; fi
  if [[ $list ]]; then head=\${typed%"\${typed##*,}"}; fi
  for word in $words; do
    if [[ $head$word == "$typed"* ]]; then COMPREPLY+=("$head$word"); fi
  done
  case $paths in
    files)
      # bash would end a word that is a folder, too, with a slash.
      for word in "\${COMPREPLY[@]}"; do if [[ -e $word ]]; then return; fi; done
      if [[ \${COMPREPLY[0]-} ]]; then
        compopt -o filenames 2>/dev/null
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$typed")
      fi ;;
    folders) compopt +o default -o dirnames 2>/dev/null ;;
    *) compopt +o default 2>/dev/null ;;
  esac
}

_abi_lint() {
  local IFS=$' \\t\\n' commands meant options words paths list sign
  local command= option= position=1 dashes= glue= word i
  COMPREPLY=()
  # bash ends a word at = and : as well; here it goes on.
  local -a line=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ $glue || $word == [=:] ]] && ((\${#line[@]})); then line[-1]+=$word; else line+=("$word"); fi
    glue=
    if [[ $word == [=:] ]]; then glue=1; fi
  done
  local last=$((\${#line[@]} - 1))
  local typed=\${line[last]}

  _abi_lint_command ''
  for word in "\${line[@]:0:last}"; do
    if [[ $option ]]; then
      option=
    elif [[ ! $dashes && $position == 1 && " $commands " == *" $word "* ]]; then
      command="\${command:+$command }$word"
      _abi_lint_command "$command"
    else
      if [[ $meant ]]; then command=$meant; _abi_lint_command "$command"; fi
      if [[ $dashes || $word != -?* ]]; then
        position=$((position + 1))
      elif [[ $word == -- ]]; then
        dashes=1
      elif [[ $word != --*=* ]] && _abi_lint_values "$command" "$word"; then
        option=$word
      fi
    fi
  done

  if [[ $option ]]; then
    _abi_lint_values "$command" "$option"
    _abi_lint_reply "$typed"
  elif [[ ! $dashes && $typed == --*=* ]]; then
    option=\${typed%%=*}
    _abi_lint_values "\${command:-$meant}" "$option"
    _abi_lint_reply "\${typed#*=}"
    # What bash takes for the word to complete begins behind the sign, unless the user made it otherwise.
    if [[ $COMP_WORDBREAKS != *=* ]]; then COMPREPLY=("\${COMPREPLY[@]/#/$option=}"); fi
  elif [[ ! $dashes && $typed == -* ]]; then
    word=$options
    if [[ $meant ]]; then _abi_lint_command "$meant"; fi
    words="$word $options" paths=none list= sign=
    _abi_lint_reply "$typed"
  else
    _abi_lint_values "\${command:-$meant}" "$position"
    if ((position == 1)); then words="$commands $words"; fi
    _abi_lint_reply "$typed"
  fi
}

complete -o default -F _abi_lint abi-lint
`;
};
