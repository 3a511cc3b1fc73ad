import type { Command } from "commander";
import { commandTree, type CommandNode } from "./command-tree.ts";
import { shippedWords, valuesOf } from "./command-words.ts";
import { bash } from "./completion/bash.ts";
import { fish } from "./completion/fish.ts";
import { zsh } from "./completion/zsh.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";

/** The shells that words can be completed in: each script as a function of the definition of the command. */
export const SHELLS = { bash, zsh, fish } as const satisfies Record<string, (program: CommandNode) => string>;

/** `abi-lint completion SHELL`. @param meant the sub-command that is meant where none is named */
export const printCompletion = (shell: keyof typeof SHELLS, program: Command, meant: string, io: Io): ExitCode => {
  io.stdout.write(SHELLS[shell](commandTree(program, meant, valuesOf(shippedWords(io)))));
  return EXIT.clean;
};
