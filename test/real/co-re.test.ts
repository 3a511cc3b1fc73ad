import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { nodeHost } from "../../src/cli/host.ts";
import { readOwn } from "../../src/cli/read-shipped.ts";
import { coreReader } from "../../src/inputs/bpf/core.ts";
import { parseBpfObject } from "../../src/inputs/bpf/object.ts";
import { parseBtf, type Btf } from "../../src/inputs/btf/btf.ts";
import { parseBtfExt, type CoreRelocation } from "../../src/inputs/btf/ext.ts";
import { openBtf } from "../../src/inputs/btf/kernel.ts";
import { skipModifiers } from "../../src/inputs/btf/shape.ts";
import { bytesSource } from "../../src/inputs/bytes.ts";
import { parseElf, sectionBytes, sectionNamed } from "../../src/inputs/elf/elf.ts";
import { openKernelBtf, type KernelBtf } from "../../src/kernels/btf/kernel-btf.ts";
import { CORE_ASKS, type CoreAccess, type CoreAsk } from "../../src/shared/core-access.ts";
import { bytesOf, elfOf, u16, u32 } from "../support/dwarf-object.ts";

// Four Debian kernels (prepare/btf.sh) and BPF objects that Debian compiled (prepare/bpf-objects.sh), beside what libbpf itself says of them: bpftool,
// asked for the types that an object needs of a kernel, decides all its CO-RE relocations and logs each. The bpftool is sid's, with libbpf 1.8 or later.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const prepare = (script: string): string =>
  execFileSync("bash", [new URL(`prepare/${script}`, import.meta.url).pathname, WORK], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });

const BPFTOOL = join(WORK, "bpf/bpftool");
const printed = prepare("btf.sh");
prepare("bpf-objects.sh");
const scratch = mkdtempSync(join(tmpdir(), "abi-lint-core-"));
afterAll(() => rmSync(scratch, { recursive: true }));

const bpftool = (...args: readonly string[]): { readonly stdout: string; readonly log: string } => {
  const { stdout, stderr } = spawnSync(BPFTOOL, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  return { stdout, log: `${stdout}\n${stderr}` };
};

const kernels = printed
  .trim()
  .split("\n")
  .map((line) => {
    const [series = "", release = "", file = ""] = line.split("\t");
    const bytes = readFileSync(file);
    const btf = parseBtf(bytes, file, 0);
    return { series, release, file, bytes, btf, kernel: openKernelBtf([btf]) };
  });
const of = (series: string): (typeof kernels)[number] => kernels.find((each) => each.series === series)!;

describe("types are read as bpftool reads them", () => {
  type Json = Readonly<Record<string, unknown>>;
  const anonymous = (name: string): string => (name === "" ? "(anon)" : name);
  /** bpftool prints values as numbers of 64 bits, signed or not, which JSON.parse would round. */
  const unsigned = (value: bigint): string => `${BigInt.asUintN(64, value)}`;
  const LINKAGE = ["static", "global", "extern"];

  /** A type as `bpftool btf dump --json` has it, less what is not read: the type of an array's index, the place of a tag, the sign of an enum. */
  const asBpftool = (btf: Btf, id: number): Json => {
    const kind = btf.kindOf(id);
    const head = { id, kind: kind.toUpperCase().replace("-", "_"), name: anonymous(btf.nameOf(id)) };
    switch (kind) {
      case "int": {
        const { bits, offset, signed, char, bool } = btf.intOf(id);
        const encoding = signed ? "SIGNED" : char ? "CHAR" : bool ? "BOOL" : "(none)";
        return { ...head, size: btf.sizeOf(id), bits_offset: offset, nr_bits: bits, encoding };
      }
      case "array":
        return { ...head, type_id: btf.targetOf(id), nr_elems: btf.lengthOf(id) };
      case "struct":
      case "union": {
        const members = btf.members(id).map(({ name, type, bitOffset, bitSize }) => ({
          name: anonymous(name),
          type_id: type,
          bits_offset: bitOffset,
          ...(bitSize > 0 && { bitfield_size: bitSize }),
        }));
        return { ...head, size: btf.sizeOf(id), vlen: members.length, members };
      }
      case "enum":
      case "enum64": {
        const values = btf.enumerators(id).map(({ name, value }) => ({ name: anonymous(name), val: unsigned(value) }));
        return { ...head, size: btf.sizeOf(id), vlen: values.length, values };
      }
      case "fwd":
        return { ...head, fwd_kind: btf.isUnion(id) ? "union" : "struct" };
      case "func":
        return { ...head, type_id: btf.targetOf(id), linkage: LINKAGE[btf.linkageOf(id)] };
      case "func-proto": {
        const params = btf.parameters(id).map(({ name, type }) => ({ name: anonymous(name), type_id: type }));
        return { ...head, ret_type_id: btf.targetOf(id), vlen: params.length, params };
      }
      case "var":
        return { ...head, type_id: btf.targetOf(id), linkage: LINKAGE[btf.linkageOf(id)] };
      case "datasec": {
        const vars = btf.variables(id).map(({ type, offset, size }) => ({ type_id: type, offset, size }));
        return { ...head, size: btf.sizeOf(id), vlen: vars.length, vars };
      }
      case "float":
        return { ...head, size: btf.sizeOf(id) };
      default:
        return { ...head, type_id: btf.targetOf(id) };
    }
  };

  const theirs = (type: Json): Json => {
    const { index_type_id: _, component_idx: __, ...rest } = type;
    if (!Array.isArray(rest["values"])) return rest;
    const { encoding: ___, ...without } = rest;
    const values = (rest["values"] as { name: string; val: string }[]).map(({ name, val }) => ({ name, val: unsigned(BigInt(val)) }));
    return { ...without, values };
  };

  const compare = (btf: Btf, ...args: readonly string[]): void => {
    const text = bpftool("--json", "btf", "dump", "file", ...args).stdout.replace(/"val":(-?\d+)/g, '"val":"$1"');
    const dump = (JSON.parse(text) as { types: readonly Json[] }).types.map(theirs);
    const first = btf.base?.count ?? 1;
    const ours = Array.from({ length: btf.count - first }, (_, index) => asBpftool(btf, first + index));
    const differ = ours.filter((type, index) => JSON.stringify(type) !== JSON.stringify(dump[index]));
    console.log(`${basename(args[0]!)}: ${ours.length} types, ${differ.length} differ`);
    expect([ours.length, differ.slice(0, 5)]).toEqual([dump.length, []]);
  };

  for (const { release, file, btf } of kernels) {
    test(`of ${release}`, () => {
      compare(btf, file);
    });
  }

  const { release, file, btf: vmlinux } = of("6.1");
  for (const name of readdirSync(join(WORK, "btf", release))) {
    test(`of ${name}, split from vmlinux`, async () => {
      const path = join(WORK, "btf", release, name);
      const module = await nodeHost(WORK).withFile(path, (source) => Promise.resolve(openBtf(source, path, vmlinux)));
      compare(module, path, "--base-btf", file);
    });
  }

  test.each(kernels.filter(({ release }) => readdirSync(join(WORK, "btf")).includes(`${release}.vmlinux`)))(
    "the ELF file of $release holds the same",
    ({ release, btf }) => {
      const path = join(WORK, "btf", `${release}.vmlinux`);
      const read = openBtf(bytesSource(path, readFileSync(path)), path);
      expect([read.count, read.nameOf(read.count - 1)]).toEqual([btf.count, btf.nameOf(btf.count - 1)]);
    },
  );
});

/** What libbpf logged of one relocation: a line for each candidate, and what it thinks of them. */
interface Logged {
  readonly section: string;
  readonly root: number;
  readonly lines: readonly string[];
}

/** All relocations of an object, in its order, up to one that libbpf refuses. */
const libbpfSays = (btf: string, object: string): readonly Logged[] => {
  const all: { section: string; root: number; lines: string[] }[] = [];
  for (const line of bpftool("--debug", "gen", "min_core_btf", btf, join(scratch, "min.btf"), object).log.split("\n")) {
    const [, section, text] = /^libbpf: prog '(.*?)': relo #\d+: (.*)$/.exec(line) ?? [];
    if (section === undefined || text === undefined) continue;
    const head = /^<\w+> \[(\d+)\]/.exec(text);
    if (head) all.push({ section, root: Number(head[1]), lines: [] });
    else all.at(-1)?.lines.push(text);
  }
  return all;
};

/** libbpf's answer: nothing found, that its candidates disagree, or of the first that matches the offset or value. */
const answerOf = ({ lines }: Logged, { of }: CoreAccess): string => {
  if (lines.some((line) => line.includes("ambiguity"))) return "ambiguous";
  const match = lines.find((line) => line.startsWith("matching candidate"));
  if (match === undefined) return "nothing";
  if (of === "field") return /@ offset ([\d.]+)\)$/.exec(match)![1]!;
  return of === "enum" ? / = (-?\d+)$/.exec(match)![1]! : "found";
};

const ownAnswer = (kernel: KernelBtf, access: CoreAccess, ask: CoreAsk): string => {
  const answer = kernel.core(access, [ask]);
  if (answer.state === "ambiguous") return "ambiguous";
  if (answer.state !== "found") return "nothing";
  if (access.of === "field") return `${answer.offset}${answer.bitOffset === undefined ? "" : `.${answer.bitOffset}`}`;
  return access.of === "enum" ? `${answer.value}` : "found";
};

interface Tally {
  compared: number;
  negative: number;
  refused: number;
  several: number;
  differ: string[];
}
const tally = (): Tally => ({ compared: 0, negative: 0, refused: 0, several: 0, differ: [] });
const shown = (name: string, { compared, negative, refused, several, differ }: Tally): string =>
  `${name}: ${compared} relocations compared (${negative} find nothing, ${refused} are ambiguous, ${several} have several candidates), ${differ.length} differ`;

/** The log has the values of most enums as unsigned numbers of 32 or 64 bits. */
const areSameValue = (theirs: string, ours: string, { of }: CoreAccess): boolean =>
  of === "enum" &&
  [theirs, ours].every((value) => /^-?\d+$/.test(value)) &&
  [32, 64].some((bits) => `${BigInt.asUintN(bits, BigInt(ours))}` === theirs);

const count = (to: Tally, logged: Logged, kernel: KernelBtf, access: CoreAccess, ask: CoreAsk, name: string): void => {
  const [theirs, ours] = [answerOf(logged, access), ownAnswer(kernel, access, ask)];
  to.compared++;
  if (theirs === "nothing") to.negative++;
  if (theirs === "ambiguous") to.refused++;
  if (logged.lines.filter((line) => /^(non-)?matching candidate/.test(line)).length > 1) to.several++;
  if (theirs !== ours && !areSameValue(theirs, ours, access))
    to.differ.push(`${name}: ${ask} ${JSON.stringify(access)}: libbpf ${theirs}, abi-lint ${ours}`);
};

describe("relocations of Debian's objects are decided as libbpf decides them", () => {
  const { bpf } = readOwn(nodeHost(WORK)).data;
  const objects = readFileSync(join(WORK, "bpf/objects.tsv"), "utf8")
    .trim()
    .split("\n")
    .map((line) => {
      const path = line.split("\t")[0]!;
      const source = bytesSource(path, readFileSync(join(WORK, path)));
      const elf = parseElf(source);
      const [types, more] = [".BTF", ".BTF.ext"].map((name) => sectionNamed(elf, name));
      const btf = types && parseBtf(sectionBytes(elf, types), path, types.offset);
      const records = btf && more ? parseBtfExt(sectionBytes(elf, more), path, more.offset, btf).relocations : [];
      const facts = parseBpfObject(source, bpf);
      return {
        path,
        records: records.flatMap(({ section, records }) => records.map(({ at }) => `${section} ${at}`)),
        byPlace: new Map(facts.relocations.map((each) => [`${each.site.section} ${each.site.offset}`, each])),
      };
    });

  test.each(kernels)("on $release", ({ release, file, kernel }) => {
    const total = tally();
    let left = 0;
    for (const { path, records, byPlace } of objects) {
      if (records.length === 0) continue;
      const logged = libbpfSays(file, join(WORK, path));
      expect([path, logged.length]).toEqual([path, records.length]);
      for (const [index, entry] of logged.entries()) {
        // Code that the linker left over from weak functions is no part of the object's facts, but bpftool looks at it.
        const relocation = byPlace.get(records[index]!);
        if (relocation) count(total, entry, kernel, relocation.access, relocation.ask, `${path} ${records[index]}`);
        else left++;
      }
    }
    console.log(`${shown(release, total)}; ${left} in code that is left over; ${objects.length} objects`);
    expect(total.differ.slice(0, 5)).toEqual([]);
    expect(total.compared).toBeGreaterThan(3000);
  });
});

describe("every third type of one kernel, and all its fields, are found in another as libbpf finds them", () => {
  const ASKS = Object.keys(CORE_ASKS) as CoreAsk[];
  /** Relocations in one object: libbpf ends with the first that it refuses, and is asked again for the rest. */
  const AT_ONCE = 20_000;

  /** Always the same numbers, below `limit`. */
  const chance = (): ((limit: number) => number) => {
    let state = 1;
    return (limit) => {
      state = (state * 48_271) % 0x7fff_ffff;
      return state % limit;
    };
  };

  /** Questions about a type and its members, each followed as deep as it goes. */
  const questionsOf = (btf: Btf): readonly Omit<CoreRelocation, "at">[] => {
    const below = chance();
    const all: Omit<CoreRelocation, "at">[] = [];
    const ask = (type: number, access: string, ...asks: readonly CoreAsk[]): void => {
      all.push({ type, access, kind: ASKS.indexOf(asks[below(asks.length)]!) });
    };
    for (let id = 1; id < btf.count; id += 3) {
      // What bpftool cannot write down it does not look for: declarations, tags, functions, what has no name.
      const kind = btf.kindOf(id);
      if (btf.nameOf(id) === "" || !["struct", "union", "enum", "enum64", "typedef", "int", "float"].includes(kind)) continue;
      const real = skipModifiers(btf, id);
      ask(id, "0", "type-exists");
      ask(id, "0", "type-matches");
      if (btf.sizeOf(id) > 0) ask(id, "0", "type-size");
      for (const index of btf.enumerators(real).keys()) ask(id, `${index}`, "enum-exists", "enum-value");
      for (const [index, member] of btf.members(real).entries()) {
        ask(id, `0:${index}`, "field-offset", "field-exists", "field-size");
        let access = `0:${index}`;
        let at = skipModifiers(btf, member.type);
        for (let members = btf.members(at); members.length > 0 || btf.lengthOf(at) > 0; members = btf.members(at)) {
          const next = below(members.length > 0 ? members.length : btf.lengthOf(at));
          access += `:${next}`;
          at = skipModifiers(btf, members[next]?.type ?? btf.targetOf(at));
          ask(id, access, "field-offset", "field-exists");
        }
      }
    }
    return all;
  };

  /** An object whose types are a kernel's, and that has these relocations. */
  const objectOf = (bytes: Uint8Array, relocations: readonly Omit<CoreRelocation, "at">[]): Uint8Array => {
    const header = new DataView(bytes.buffer, bytes.byteOffset);
    const [length, typeOffset, typeLength, stringOffset, stringLength] = [4, 8, 12, 16, 20].map((at) => header.getUint32(at, true)) as [
      number,
      number,
      number,
      number,
      number,
    ];
    const part = (offset: number, size: number): Uint8Array => bytes.subarray(length + offset, length + offset + size);
    const offsets = new Map<string, number>();
    let end = stringLength;
    for (const text of ["section", ...relocations.map(({ access }) => access)]) {
      if (offsets.has(text)) continue;
      offsets.set(text, end);
      end += text.length + 1;
    }
    const start = [u16(0xeb9f), [1, 0], u32(24), u32(0), u32(typeLength), u32(typeLength), u32(end)];
    const btf = bytesOf(...start, part(typeOffset, typeLength), part(stringOffset, stringLength), ...offsets.keys());
    const records = new Uint32Array(relocations.length * 4);
    for (const [index, { type, access, kind }] of relocations.entries())
      records.set([index * 8, type, offsets.get(access)!, kind], index * 4);
    const info = bytesOf(u32(8), u32(stringLength), u32(1), u32(0), u32(1));
    const core = bytesOf(u32(16), u32(stringLength), u32(relocations.length), new Uint8Array(records.buffer));
    const areas = [u32(0), u32(info.length), u32(info.length), u32(0), u32(info.length), u32(core.length)];
    return elfOf({ ".BTF": btf, ".BTF.ext": bytesOf(u16(0xeb9f), [1, 0], u32(32), ...areas, info, core) });
  };

  test.each([
    ["5.10", "6.1"],
    ["6.1", "6.12"],
    ["6.12", "7.3"],
    ["7.3", "5.10"],
  ])("of %s in %s", (from, to) => {
    const [local, target] = [of(from), of(to)];
    const questions = questionsOf(local.btf);
    const read = coreReader(local.btf);
    const refuse = (why: string): never => {
      throw new Error(why);
    };
    const object = join(scratch, "object.o");
    const total = tally();
    let narrowed = 0;
    for (let done = 0; done < questions.length;) {
      const some = questions.slice(done, done + AT_ONCE);
      writeFileSync(object, objectOf(local.bytes, some));
      const logged = libbpfSays(target.file, object);
      expect(logged.length).toBeGreaterThan(0);
      const narrow = new Set<number>();
      for (const [index, entry] of logged.entries()) {
        const candidates = entry.lines.filter((line) => /^(non-)?matching candidate/.test(line));
        const matching = candidates.filter((line) => line.startsWith("matching"));
        // Candidates that one relocation rules out libbpf does not try again for others of the same root.
        if (narrow.has(entry.root)) {
          narrowed++;
          continue;
        }
        if (matching.length > 0 && matching.length < candidates.length) narrow.add(entry.root);
        const { ask, access, name } = read({ ...some[index]!, at: 0 }, refuse);
        count(total, entry, target.kernel, access, ask, name);
      }
      done += logged.length;
    }
    console.log(`${shown(`${from} in ${to}`, total)}; ${narrowed} not compared, where libbpf had ruled out candidates before`);
    expect(total.differ.slice(0, 5)).toEqual([]);
    expect(total.compared).toBeGreaterThan(questions.length * 0.98);
  });
});
