import { InputError } from "../../shared/input-error.ts";
import { detectList } from "./detect.ts";
import { parseDebianIgnores, parseUbuntuIgnores } from "./ignored.ts";
import type { ListFormat, VendorList } from "./model.ts";
import { parseDenied, parsePlain } from "./names.ts";
import { listOfKabiFiles, parseKabiSymbolFile, parseStablelist } from "./redhat.ts";
import { parseAndroidList, parseLibabigail } from "./sections.ts";
import { parseSeverities } from "./severities.ts";
import { parseSymversList, parseUbuntuAbi } from "./symvers-lists.ts";

const READERS = {
  "redhat-stablelist": parseStablelist,
  "redhat-kabi-files": (text, file) => listOfKabiFiles([parseKabiSymbolFile(text, file)], file),
  symvers: parseSymversList,
  "suse-severities": parseSeverities,
  "android-symbol-list": parseAndroidList,
  "android-denied": parseDenied,
  libabigail: parseLibabigail,
  "debian-ignore-changes": parseDebianIgnores,
  "ubuntu-abi": parseUbuntuAbi,
  "ubuntu-ignore": parseUbuntuIgnores,
  plain: parsePlain,
} as const satisfies Record<ListFormat, (text: string, file: string) => VendorList>;

/**
 * Reads a list in whichever form it is.
 * @param file the path, for errors; the source form of Red Hat's lists is named after its symbol.
 * @throws InputError with at most ten wrong lines, or for what is no list.
 */
export const parseList = (text: string, file: string): VendorList => {
  const format = detectList(text);
  if (format !== undefined) return READERS[format](text, file);
  const hint = "known: lists of Red Hat, SUSE, Android, Debian, Ubuntu and libabigail, Module.symvers, or one name a line";
  throw new InputError({ file, line: 1, column: 1, message: "no list of symbols", hint });
};
