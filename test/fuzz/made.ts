import { gzipSync } from "node:zlib";
import { parseBtf } from "../../src/inputs/btf/btf.ts";
import { openFacts } from "../../src/kernels/history/read.ts";
import { writeHistory } from "../../src/kernels/history/write.ts";
import { bytesOf, elfOf, lineProgram, u16, u32, u64, unit, type Part } from "../support/dwarf-object.ts";
import { readNumber, writeNumber } from "./bytes.ts";
import type { Corpus } from "./corpus.ts";

// Seeds that are made in memory: small ones of forms of which the repository has large files, or none.

/** The first names of a shipped history, with all that it says of them. */
export const someHistory = (corpus: Corpus, file: string, releases: number, names: number): Uint8Array => {
  const facts = openFacts(corpus.file(file), file);
  const tables = Object.fromEntries(
    ["exports", "headers", "through", "abi"].flatMap((name) => {
      const table = facts.table(name);
      if (table.size === 0) return [];
      const attributes = { exports: ["type", "namespace", "exporter", "source", "users", "signature", "definition", "crc"], headers: ["form", "header", "signature", "parameters", "target"], through: ["by"], abi: ["level", "file"] }[name]!; // prettier-ignore
      const rows = Array.from({ length: Math.min(names, table.size) }, (_, i) => table.at(Math.floor((i * table.size) / names)));
      return [[name, { attributes, rows: new Map(rows.map((row) => [row.name, attributes.map((each) => row.values(each).slice(0, releases))])) }] as const]; // prettier-ignore
    }),
  );
  return writeHistory({ about: facts.about, releases: facts.releases.slice(0, releases), tables });
};

/** The header of a member of a tar archive. */
export const tarHeader = (name: string, size: number, type: string, ustar = true): Buffer => {
  const head = Buffer.alloc(512);
  head.write(name.slice(0, 100), 0, "latin1");
  head.write("0000644\x000000000\x000000000\0", 100, "latin1");
  head.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  head.write("00000000000\0", 136, "latin1");
  head.write(type, 156, "latin1");
  if (ustar) head.write("ustar\x0000", 257, "latin1");
  head.fill(0x20, 148, 156);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return head;
};

/** A member: its header and its bytes, padded. */
export const tarMember = (name: string, content: string | Uint8Array, type = "0", ustar = true): Buffer => {
  const bytes = Buffer.from(content);
  return Buffer.concat([tarHeader(name, bytes.length, type, ustar), bytes, Buffer.alloc(-bytes.length & 511)]);
};

const record = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`;
  const length = rest.length + String(rest.length + 2).length;
  return `${length}${rest}`;
};

/** What ends a tar archive. */
export const tarEnd: Uint8Array = new Uint8Array(1024);

/** Archives in the ustar, GNU and pax forms. */
export const someTars = (): readonly Uint8Array[] => {
  const members = [tarMember("./usr/", "", "5"), tarMember("./usr/Module.symvers", "0x00000001\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n")];
  const gnu = [
    tarMember("././@LongLink", `./${"long/".repeat(30)}name\0`, "L", false),
    tarMember("./long", "text", "0", false),
    tarMember("l", "", "2", false),
  ];
  const pax = [
    tarMember("./PaxHeaders/x", record("path", `./${"deep/".repeat(40)}x.h`) + record("size", "4") + record("mtime", "1.5"), "x"),
    tarMember("./x", "abcd"),
  ];
  return [members, gnu, pax].map((parts) => new Uint8Array(Buffer.concat([...parts, tarEnd])));
};

/** A member of an ar archive. */
export const arMember = (name: string, content: Uint8Array): Buffer => {
  const head = `${name.padEnd(16)}${"0".padEnd(12)}${"0".padEnd(6)}${"0".padEnd(6)}${"100644".padEnd(8)}${String(content.length).padEnd(10)}\`\n`;
  return Buffer.concat([Buffer.from(head, "latin1"), content, Buffer.alloc(content.length & 1)]);
};

/** Debian packages of headers, plain and compressed. */
export const someDebs = (): readonly Uint8Array[] => {
  const control = Buffer.concat([tarMember("./control", "Package: linux-headers-6.1.0\nVersion: 6.1.1-1\n"), tarEnd]);
  const data = Buffer.concat([
    tarMember("./usr/src/linux-headers-6.1.0/Module.symvers", "0x00000001\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n"),
    tarEnd,
  ]);
  return [[control, data, ""] as const, [gzipSync(control), gzipSync(data), ".gz"] as const].map(([one, other, suffix]) =>
    bytesOf(
      Buffer.from("!<arch>\n"),
      arMember("debian-binary", Buffer.from("2.0\n")),
      arMember(`control.tar${suffix}`, one),
      arMember(`data.tar${suffix}/`, other),
    ),
  );
};

/** Objects with debug information in old and new forms, some of which no compiler here writes. */
export const someDwarf = (): readonly Uint8Array[] => {
  // A unit, a function with ranges, an inlined call in it, a variable, a struct, an array of it.
  const abbrev: Part = [
    [1, 0x11, 1, [0x03, 0x08], [0x10, 0x17], [0x11, 0x01], [0x12, 0x06], [0x13, 0x0b], 0, 0],
    [2, 0x2e, 1, [0x03, 0x08], [0x11, 0x01], [0x12, 0x0b], 0, 0],
    [3, 0x1d, 0, [0x11, 0x01], [0x12, 0x0b], [0x31, 0x13], [0x58, 0x0b], [0x59, 0x0b], 0, 0],
    [4, 0x34, 0, [0x03, 0x08], [0x02, 0x18], [0x3a, 0x0b], [0x3b, 0x0b], [0x49, 0x13], 0, 0],
    [5, 0x13, 1, [0x01, 0x13], [0x0b, 0x0b], 0, 0],
    [6, 0x01, 1, [0x49, 0x13], 0, 0],
    [7, 0x21, 0, [0x2f, 0x0b], 0, 0],
    0,
  ];
  const info = unit(
    [1, "a.c", u32(0), u64(0x10), u32(0x1000), 0x0c],
    [2, "outer", u64(0x10), 0x40],
    [3, u64(0x18), 8, u32(42), 1, 7],
    0,
    [4, "table", 9, 3, u64(0x20), 1, 9, u32(90)],
    [5, u32(86), 4],
    0,
    [6, u32(80), 7, 3],
    0,
    0,
  );
  const line = lineProgram({}, [0, 9, 2, u64(0x10)], [3, 2], 1, [2, 16], 0x30, [5, 3], [9, u16(4)], [2, 16], [0, 1, 1]);
  const ranges = bytesOf(u64(0x10), u64(0x20), u64(0), u64(0));
  const sections = {
    ".text": new Uint8Array(64).fill(0x90),
    ".debug_abbrev": bytesOf(abbrev),
    ".debug_info": info,
    ".debug_line": line,
    ".debug_ranges": ranges,
    ".debug_str": bytesOf("a", "b"),
  };
  return [elfOf(sections, { ".text": 6 })];
};

/** BTF of a module, split from a kernel's: a typedef of its first type, a struct of that and of a pointer to itself, a function. */
export const splitBtf = (kernel: Uint8Array): Uint8Array => {
  const strings = Number(readNumber(kernel, 20, 4, true));
  const first = parseBtf(kernel, "kernel", 0).count;
  const name = (offset: number): Part => u32(strings + offset);
  // "\0own_t\0own\0a\0next\0run": the kernel's own strings come before.
  const own = bytesOf("", "own_t", "own", "a", "next", "run");
  const section = bytesOf(
    [name(1), u32(8 << 24), u32(1)],
    [name(7), u32((4 << 24) | 2), u32(16), name(11), u32(first), u32(0), name(13), u32(first + 2), u32(64)],
    [u32(0), u32(2 << 24), u32(first + 1)],
    [u32(0), u32((13 << 24) | 1), u32(1), name(11), u32(first + 2)],
    [name(18), u32((12 << 24) | 1), u32(first + 3)],
  );
  return bytesOf(u16(0xeb9f), 1, 0, u32(24), u32(0), u32(section.length), u32(section.length), u32(own.length), section, own);
};

/** Each section header of a 64-bit little-endian object. */
const eachHeader = (bytes: Uint8Array, visit: (at: number, flags: number) => void): void => {
  const table = Number(readNumber(bytes, 40, 8, true));
  const count = Number(readNumber(bytes, 60, 2, true));
  for (let i = 1; i < count; i++) visit(table + 64 * i, Number(readNumber(bytes, table + 64 * i + 8, 8, true)));
};

/** The file that `objcopy --only-keep-debug` splits off: what is loaded has a size and no bytes. */
export const splitDebug = (module: Uint8Array): Uint8Array => {
  const copy = module.slice();
  eachHeader(copy, (at, flags) => {
    if ((flags & 2) !== 0 && readNumber(copy, at + 4, 4, true) !== 7n) writeNumber(copy, at + 4, 4, true, 8n);
  });
  return copy;
};

/** A module without debug information: its sections are of other names. */
export const stripped = (module: Uint8Array): Uint8Array => {
  const copy = Buffer.from(module);
  for (let at = copy.indexOf(".debug_"); at >= 0; at = copy.indexOf(".debug_", at + 1)) copy.write(".other_", at, "latin1");
  return new Uint8Array(copy);
};
