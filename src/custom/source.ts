import type { Problem } from "../shared/input-error.ts";

/** The file of a rule: the path it is shown by, and its text. */
export interface RuleSource {
  readonly file: string;
  readonly text: string;
}

/** A problem at a place of a rule, with the line it stands on. */
export const problemAt = ({ file, text }: RuleSource, offset: number, message: string, hint?: string): Problem => {
  const before = text.slice(0, offset).split("\n");
  const source = text.split(/\r?\n/)[before.length - 1]?.slice(0, 200);
  return {
    file,
    line: before.length,
    column: before.at(-1)!.length + 1,
    message,
    ...(source !== undefined && { source }),
    ...(hint !== undefined && { hint }),
  };
};

/** A problem where a rule says something: at the first place of that text, or at the file's beginning where it is made otherwise. */
export const problemWhere = (source: RuleSource, said: string, message: string, hint?: string): Problem =>
  problemAt(source, Math.max(0, source.text.indexOf(said)), message, hint);
