import { isCode, isData, isStrings, type Filled, type Image } from "./image.ts";
import type { FoundName } from "./names.ts";
import { textAt } from "./names.ts";
import type { Reference } from "./step.ts";
import { sectionOfBase, type Place } from "./values.ts";

/** What may be a kernel function's name, if nothing else is known of the string. */
const PLAUSIBLE = /^[A-Za-z_][A-Za-z0-9_.]{2,}$/;
const MAX_CANDIDATES = 10_000;
/** Relocations between two calls that are looked through, from the second back. */
const MAX_BEFORE = 200;
/** What relocations relative to an instruction's end, or to its half, subtract or add (x86 PC32, s390 PC32DBL). */
const BIASES: Readonly<Record<string, readonly number[]>> = { x86_64: [0, 4], s390x: [0, -2] };

/** A whole string constant that a relocation refers to; undefined for the rest of one, and for all else. */
const wholeString = (image: Image, { base, offset }: Place): string | undefined => {
  const section = image.elf.sections[sectionOfBase(base) ?? -1];
  if (!section || !isStrings(section)) return undefined;
  for (const bias of BIASES[image.elf.arch] ?? [0]) {
    const start = offset + bias;
    if (start < 0 || (start > 0 && image.bytes(section)[start - 1] !== 0)) continue;
    const text = textAt(image, { base, offset: start });
    if (text !== undefined && PLAUSIBLE.test(text)) return text;
  }
  return undefined;
};

const candidate = (image: Image, section: number, reference: Reference): FoundName[] => {
  const name = wholeString(image, reference);
  return name === undefined ? [] : [{ name, evidence: "string", section, offset: reference.at }];
};

/** The strings that the code of a range refers to. */
export const stringsInCode = (image: Image, filled: Filled, start: number, end: number): FoundName[] => {
  const found: FoundName[] = [];
  for (let i = filled.from(start); i < filled.count && found.length < MAX_CANDIDATES; i++) {
    const reference = filled.at(i);
    if (reference.at >= end) break;
    found.push(...candidate(image, filled.section.index, reference));
  }
  return found;
};

/** The strings that the module's variables and constants point to. */
export const stringsInData = (image: Image): FoundName[] =>
  image.relocated.filter(isData).flatMap((section) => {
    const filled = image.filled(section)!;
    return stringsInCode(image, filled, 0, section.size);
  });

/** All strings that any code or data of the module refers to. */
export const stringsAnywhere = (image: Image): FoundName[] => [
  ...image.relocated.filter(isCode).flatMap((section) => stringsInCode(image, image.filled(section)!, 0, section.size)),
  ...stringsInData(image),
];

/** The strings that are referred to between the call before (a relocation of the same type) and this one, in one function. */
export const stringsBefore = (image: Image, filled: Filled, position: number): FoundName[] => {
  const call = filled.at(position);
  const start = image.functions.around(filled.section.index, call.at)?.start ?? call.at;
  let first = position;
  const least = Math.max(0, position - MAX_BEFORE);
  while (first > least && filled.placeAt(first - 1) >= start && filled.typeAt(first - 1) !== call.type) first--;
  return stringsInCode(image, filled, first < position ? filled.placeAt(first) : call.at, call.at);
};
