import type { Argument, Command, Option } from "commander";

// What the definition of the command says, as plain data: completion scripts and the manual page are written from it.

/** What can stand for a value. */
export interface Values {
  /** Words that are known beforehand. */
  readonly words: readonly string[];
  readonly paths: "none" | "files" | "folders";
  /** Whether several can follow one another, separated by commas. */
  readonly list?: true;
  /** Behind which sign a file stands: `name=FILE`, `format:FILE`. */
  readonly sign?: "=" | ":";
}

/** What can stand where a command's definition has a placeholder such as `file` or `preset|file`. @param command its path, as `kernel diff` */
export type ValuesOf = (command: string, placeholder: string) => Values;

export interface OptionNode {
  /** As they are typed, the short one first: `-k`, `--kernel`. */
  readonly names: readonly string[];
  readonly description: string;
  readonly repeatable: boolean;
  /** What stands behind it; left out: nothing does. */
  readonly value?: { readonly placeholder: string; readonly values: Values };
  readonly default?: string;
}

export interface ArgumentNode {
  readonly placeholder: string;
  readonly description: string;
  readonly required: boolean;
  readonly variadic: boolean;
  readonly values: Values;
}

export interface CommandNode {
  readonly name: string;
  /** The words behind the program's own name, as `kernel diff`; the program's own is empty. */
  readonly path: string;
  readonly description: string;
  readonly options: readonly OptionNode[];
  readonly arguments: readonly ArgumentNode[];
  readonly commands: readonly CommandNode[];
  /** The sub-command that is meant where none is named. */
  readonly meant?: string;
}

const optionNode = (option: Option, path: string, valuesOf: ValuesOf): OptionNode => {
  const placeholder = /[<[](.*)[>\]]$/.exec(option.flags)?.[1];
  const shown = option.defaultValue;
  return {
    names: [option.short, option.long].filter((name) => name !== undefined),
    description: option.description,
    repeatable: Array.isArray(shown) || option.variadic,
    ...(placeholder !== undefined && {
      value: { placeholder, values: option.argChoices ? { words: option.argChoices, paths: "none" } : valuesOf(path, placeholder) },
    }),
    ...(placeholder !== undefined && typeof shown === "string" && { default: shown }),
  };
};

const argumentNode = (argument: Argument, path: string, valuesOf: ValuesOf): ArgumentNode => ({
  placeholder: argument.name(),
  description: argument.description,
  required: argument.required,
  variadic: argument.variadic,
  values: argument.argChoices ? { words: argument.argChoices, paths: "none" } : valuesOf(path, argument.name()),
});

const nodeOf = (command: Command, path: string, valuesOf: ValuesOf): CommandNode => {
  const help = command.createHelp();
  // commander's own `help` is among them.
  const commands = help.visibleCommands(command);
  const names = commands.map((each) => each.name());
  const below = (each: Command): ValuesOf =>
    command.commands.includes(each) ? valuesOf : () => ({ words: names.filter((name) => name !== each.name()), paths: "none" });
  return {
    name: command.name(),
    path,
    description: command.description(),
    options: help.visibleOptions(command).map((option) => optionNode(option, path, valuesOf)),
    arguments: command.registeredArguments.map((argument) => argumentNode(argument, path, valuesOf)),
    commands: commands.map((each) => nodeOf(each, `${path} ${each.name()}`.trim(), below(each))),
  };
};

/** The whole definition. @param meant the sub-command that is meant where none is named: commander knows it, and tells nobody */
export const commandTree = (program: Command, meant: string, valuesOf: ValuesOf): CommandNode => ({
  ...nodeOf(program, "", valuesOf),
  meant,
});

/** A command and all below it, in the order of the definition. */
export const everyCommand = (command: CommandNode): readonly CommandNode[] => [command, ...command.commands.flatMap(everyCommand)];
