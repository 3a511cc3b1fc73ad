import { InputError } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";

/** A report's format, and the file it goes to (standard output where none is named). */
export interface FormatTarget<Format extends string> {
  readonly format: Format;
  readonly file?: string;
}

/** `NAME` or `NAME:FILE`. */
const parseFormat = <Format extends string>(option: string, known: Readonly<Record<Format, unknown>>): FormatTarget<Format> => {
  const colon = option.indexOf(":");
  const name = colon < 0 ? option : option.slice(0, colon);
  if (!Object.hasOwn(known, name)) {
    throw new InputError({ file: "--format", message: `unknown format "${name}"`, hint: didYouMean(name, Object.keys(known)) ?? "" });
  }
  return { format: name as Format, ...(colon >= 0 && { file: option.slice(colon + 1) }) };
};

/** Each --format, of those that are known. @throws InputError where two of them want standard output. */
export const parseFormats = <Format extends string>(
  options: readonly string[],
  known: Readonly<Record<Format, unknown>>,
): readonly FormatTarget<Format>[] => {
  const targets = options.map((option) => parseFormat(option, known));
  if (targets.filter((target) => target.file === undefined).length > 1) {
    throw new InputError({
      file: "--format",
      message: "two reports for one standard output",
      hint: "write all but one to a file: --format json:report.json",
    });
  }
  return targets;
};
