import { crc32 } from "node:zlib";
import { changeBytes, growBytes, numberFor, readNumber, several, spliced, writeNumber, type Mutate } from "./bytes.ts";
import { changeText } from "./text.ts";

// Changes of files that carry checksums: without the right one, all an input shows is that checksums are checked.

/** Offsets of a history file (src/kernels/history/layout.ts). */
const [LENGTH_AT, SUM_AT, HEADER_AT] = [16, 20, 24];

const withSum = (bytes: Uint8Array, at: number, from: number): Uint8Array => {
  if (bytes.length >= from) writeNumber(bytes, at, 4, true, BigInt(crc32(bytes.subarray(from))));
  return bytes;
};

/** The header as text, with the length that it then has. */
const changeHistoryHeader: Mutate = (random, bytes) => {
  const length = Number(readNumber(bytes, LENGTH_AT, 4, true));
  const json = changeText(random, bytes.subarray(HEADER_AT, HEADER_AT + length), []);
  const padded = Buffer.concat([json, Buffer.alloc(-json.length & 3, " ")]);
  const made = spliced(bytes, HEADER_AT, length + (-length & 3), padded);
  writeNumber(made, LENGTH_AT, 4, true, BigInt(json.length));
  return made;
};

const changeWord: Mutate = (random, bytes) => {
  const copy = bytes.slice();
  const base = HEADER_AT + Number(readNumber(bytes, LENGTH_AT, 4, true));
  const at = Math.min(base + 4 * random.below((bytes.length - base) / 4), Math.max(0, bytes.length - 4));
  writeNumber(copy, at, 4, true, numberFor(random, readNumber(copy, at, 4, true), 4, copy.length));
  return copy;
};

const changeHistory: Mutate = (random, bytes, others) => {
  const choice = random.below(4);
  const made = (choice === 0 ? changeHistoryHeader : choice < 3 ? changeWord : changeBytes)(random, bytes, others);
  return random.once(20) ? made : withSum(made, SUM_AT, HEADER_AT);
};

/** Changes of a kernel history: its header, the words of its tables, any byte. */
export const mutateHistory: Mutate = several(changeHistory, changeHistory);

/** The same of the file of its CRCs. */
export const mutateCrcs: Mutate = several(
  (random, bytes, others) => {
    const made = changeBytes(random, bytes, others);
    return random.once(20) ? made : withSum(made, 24, 28);
  },
  (random, bytes) => changeBytes(random, bytes, []),
);

const BLOCK = 512;

/** A member's header changed, and its checksum made right (tar(5)). */
const changeTar: Mutate = (random, bytes, others) => {
  const blocks = Math.floor(bytes.length / BLOCK);
  if (blocks === 0 || random.once(3)) return changeBytes(random, bytes, others);
  const copy = bytes.slice();
  const at = BLOCK * random.below(blocks);
  const [from, size] = random.pick([[0, 100], [124, 12], [156, 1], [157, 100], [257, 8], [345, 155], [512, 64]] as const); // prettier-ignore
  if (random.once(2)) copy[at + from + random.below(size)] = random.pick([0, 0x20, 0x2f, 0x2e, 0x37, 0x39, 0x80, 0xff, random.below(256)]);
  else if (from === 124) copy.set(Buffer.from(random.pick(["77777777777\0", "00000000000\0", "00000000777 ", "-0000000001\0"])), at + from);
  else if (from === 156) copy[at + from] = "0123567LKxgSV\0".charCodeAt(random.below(14));
  const head = copy.subarray(at, at + BLOCK);
  if (head.every((byte) => byte === 0)) return copy;
  const sum = head.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0);
  copy.set(Buffer.from(`${sum.toString(8).padStart(6, "0")}\0 `), at + 148);
  return copy;
};

export const mutateTar: Mutate = several(changeTar, growBytes);
