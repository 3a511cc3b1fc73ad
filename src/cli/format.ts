import { REPORTERS, type Format } from "../reporters/index.ts";
import { InputError } from "../shared/input-error.ts";
import { didYouMean } from "../shared/suggest.ts";

/** A report's format, and the file it goes to (standard output where none is named). */
export interface FormatTarget {
  readonly format: Format;
  readonly file?: string;
}

/** `NAME` or `NAME:FILE`. */
export const parseFormat = (option: string): FormatTarget => {
  const colon = option.indexOf(":");
  const name = colon < 0 ? option : option.slice(0, colon);
  if (!Object.hasOwn(REPORTERS, name)) {
    throw new InputError({ file: "--format", message: `unknown format "${name}"`, hint: didYouMean(name, Object.keys(REPORTERS)) ?? "" });
  }
  return { format: name as Format, ...(colon >= 0 && { file: option.slice(colon + 1) }) };
};
