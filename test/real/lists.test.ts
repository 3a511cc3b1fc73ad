import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSymvers } from "../../src/index.ts";
import { compareBySeverities } from "../../src/kernels/lists/compare.ts";
import { parseList } from "../../src/kernels/lists/parse.ts";
import { renderAndroidList } from "../../src/kernels/lists/render-symbols.ts";
import { compileSeverities } from "../../src/kernels/lists/severities.ts";

// Lists as vendors publish them, and lists made from real kernels, each held against a few lines of awk.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const root = new URL("../..", import.meta.url).pathname;
/** Where vendors' own files are kept; they are no part of this repository. */
const SHARED = process.env["ABI_LINT_SHARED"] ?? join(root, "../shared/data");
const hasShared = existsSync(SHARED);
if (!hasShared) console.log("NOT COMPARED: the vendors' own lists (no folder in ABI_LINT_SHARED)");

const awk = (program: string, ...files: readonly string[]): readonly string[] =>
  execFileSync("awk", ["-F", "\t", program, ...files], { encoding: "utf8", maxBuffer: 1 << 28 })
    .split("\n")
    .filter((line) => line !== "");
const counts = (program: string, ...files: readonly string[]): readonly number[] =>
  awk(program, ...files)[0]!
    .split(" ")
    .map(Number);

/** The shortest of some runs, in milliseconds: others work on the same machine. */
const best = (runs: number, run: () => unknown): number =>
  Math.min(
    ...Array.from({ length: runs }, () => {
      const started = performance.now();
      run();
      return performance.now() - started;
    }),
  );

describe.skipIf(!hasShared)("lists that vendors publish", () => {
  test.each(["aarch64", "ppc64le", "s390x", "x86_64"])("Module.kabi_%s holds what awk finds in it", (arch) => {
    const file = join(SHARED, "el", `Module.kabi_${arch}`);
    const { format, symbols, notes } = parseList(readFileSync(file, "utf8"), file);
    const mine = [...symbols.values()].map(({ name, crc, type, exporter, line }) => [line, name, crc, type, exporter].join(" "));
    const theirs = awk('{ print NR " " $2 " " $1 " " $4 " " $3 }', file).map((line) =>
      line.replace(/0x[0-9a-f]+/, (crc) => String(Number(crc))),
    );
    console.log(`Module.kabi_${arch}: ${symbols.size} symbols`);
    expect(format).toBe("symvers");
    expect(mine).toEqual(theirs);
    expect(notes).toEqual([]);
  });

  test("3,270 rules over the 21,127 symbols that they guard: the verdicts, and the rules that give them, are awk's", () => {
    const [rulesFile, symversFile] = [join(SHARED, "suse-euler/severities"), join(SHARED, "suse-euler/symvers-x86_64")];
    const reference = parseSymvers(readFileSync(symversFile, "utf8"), "reference", symversFile);
    const { rules } = parseList(readFileSync(rulesFile, "utf8"), rulesFile);
    const judge = (): readonly string[] => {
      const severityOf = compileSeverities(rules);
      return [...reference.names()].map((symbol) => {
        const { exporter: module, namespace } = reference.find(symbol)!;
        const { verdict, rule } = severityOf({ symbol, module, ...(namespace !== undefined && { namespace }) });
        return `${symbol} ${verdict} ${rule?.line ?? 0}`;
      });
    };
    const took = best(3, judge);
    const mine = judge();
    // First match wins; a pattern is one for modules, namespaces or symbols by its spelling; a star crosses slashes.
    const theirs = awk(
      String.raw`
      FNR == NR {
        sub(/#.*/, ""); if (split($0, word, /[ \t]+/) < 2 || word[1] == "") next
        kind = word[1] ~ /\// || word[1] == "vmlinux" ? "m" : word[1] == toupper(word[1]) ? "n" : "s"
        verdict[FNR] = word[2]
        if (word[1] !~ /[*?[]/) { if (!((kind, word[1]) in literal)) literal[kind, word[1]] = FNR; next }
        regex = word[1]; gsub(/\./, "\\.", regex); gsub(/\*/, ".*", regex); gsub(/\?/, ".", regex)
        kinds[++globs] = kind; globAt[globs] = FNR; glob[globs] = "^" regex "$"; next
      }
      function least(line) { if (line && (!best || line < best)) best = line }
      {
        best = 0; least(literal["s", $2]); least(literal["m", $3]); if ($5 != "") least(literal["n", $5])
        for (i = 1; i <= globs; i++) { text = kinds[i] == "m" ? $3 : kinds[i] == "n" ? $5 : $2; if (text != "" && text ~ glob[i]) least(globAt[i]) }
        print $2 " " (best ? verdict[best] : "FAIL") " " best
      }`,
      rulesFile,
      symversFile,
    );
    const passed = mine.filter((line) => line.includes(" PASS "));
    const used = new Set(mine.map((line) => line.split(" ")[2]).filter((line) => line !== "0"));
    console.log(
      `${rules.length} rules, ${mine.length} symbols: ${passed.length} PASS, ${mine.length - passed.length} FAIL (${mine.filter((line) => line.endsWith(" 0")).length} by default), ${used.size} rules decide something; ${Math.round(took)} ms`,
    );
    expect([rules.length, mine.length]).toEqual([3270, 21_127]);
    expect(mine).toEqual(theirs);
    expect(took).toBeLessThan(1000);
    // The file's own trap: PDE_DATA is a symbol of this kernel, and in capitals, so the rule for it never matches.
    expect(compareBySeverities(reference, reference, rules).misread.map(({ pattern }) => pattern)).toEqual(["PDE_DATA"]);
  });
});

/** The exports of a release of Debian 12, or nothing where the mirror has them no more: which is printed. */
const symversOf = (release: string): string | undefined => {
  try {
    const folder = `headers-${release}`;
    const printed = execFileSync(
      join(root, "test/real/prepare/suite.sh"),
      [WORK, "bookworm", "amd64", folder, `linux-headers-${release}-amd64`],
      { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
    );
    return join(WORK, folder, "usr/src", printed.split(" ")[0]!, "Module.symvers");
  } catch {
    console.log(`NOT COMPARED: linux-headers-${release}-amd64 cannot be had from the mirror`);
    return undefined;
  }
};

describe("lists made from real kernels", () => {
  const [older, newer] = [symversOf("6.1.0-47"), symversOf("6.1.0-56")];
  const folder = join(WORK, "lists");
  mkdirSync(folder, { recursive: true });

  test.skipIf(!older || !newer)(
    "kernel against kernel: additions, removals, changes, and what rules tolerate of them, are those of a join",
    () => {
      const [before, after] = [older!, newer!].map((file) => parseSymvers(readFileSync(file, "utf8"), file, file)) as [
        ReturnType<typeof parseSymvers>,
        ReturnType<typeof parseSymvers>,
      ];
      const { rules } = parseList("drivers/net/* FAIL\ndrivers/* PASS\n__* PASS\nSYMBOL __* PASS\n", "rules");
      const { changes, moved, namespaces, toleratedByRules, notCompared, fails } = compareBySeverities(before, after, rules);
      const kinds = (["added", "removed", "crc", "type"] as const).map((kind) => changes.filter((change) => change.kind === kind).length);
      const [added, removed, crc, type, movedThere, otherNamespace] = counts(
        "FNR == NR { c[$2] = $1; m[$2] = $3; t[$2] = $4; n[$2] = $5; next } !($2 in c) { a++; next } { k++; if (c[$2] != $1) x++; if (t[$2] != $4) y++; if (m[$2] != $3) z++; if (n[$2] != $5) w++ } END { print a + 0, length(c) - k, x + 0, y + 0, z + 0, w + 0 }",
        older!,
        newer!,
      );
      expect([...kinds, moved.length, namespaces.length]).toEqual([added, removed, crc, type, movedThere, otherNamespace]);
      const tolerated = counts(
        "function ok(m, s) { return m ~ /^drivers\\/net\\// ? 0 : m ~ /^drivers\\// || s ~ /^__/ } FNR == NR { c[$2] = $1 $4; m[$2] = $3; next } !($2 in c) { a += ok($3, $2); next } { seen[$2]; if (c[$2] != $1 $4) x += ok(m[$2], $2) } END { for (s in c) if (!(s in seen)) r += ok(m[s], s); print a + 0, r + 0, x + 0 }",
        older!,
        newer!,
      );
      expect([toleratedByRules.additions, toleratedByRules.removals, toleratedByRules.modifications]).toEqual(tolerated);
      console.log(
        `6.1.0-47 to -56: ${kinds[0]} added, ${kinds[1]} removed, ${kinds[2]} CRCs, ${kinds[3]} types, ${moved.length} moved, ${namespaces.length} namespaces; by rules ${tolerated.join(", ")}`,
      );
      expect(notCompared).toEqual({ crcs: 0, types: 0 });
      expect(fails).toBe(true);
      expect(compareBySeverities(before, before, rules)).toMatchObject({ changes: [], fails: false });
    },
  );

  test.skipIf(!older || !newer)(
    "a stablelist of what kept its CRC, in Red Hat's form and as a trimmed reference, is read as it was made",
    () => {
      const [stablelist, reference] = [join(folder, "kabi_stablelist_x86_64"), join(folder, "Module.kabi_x86_64")];
      const kept = awk("FNR == NR { c[$2] = $1; next } c[$2] == $1 { print $2 }", older!, newer!);
      writeFileSync(stablelist, `[rhel12_x86_64_stablelist]\n${kept.map((name) => `\t${name}\n`).join("")}`);
      writeFileSync(reference, `${awk("FNR == NR { c[$2] = $1; next } c[$2] == $1", older!, newer!).join("\n")}\n`);
      const [list, symvers] = [stablelist, reference].map((file) => parseList(readFileSync(file, "utf8"), file));
      console.log(`${kept.length} symbols kept their CRC from 6.1.0-47 to -56`);
      expect([...list!.symbols.keys()]).toEqual(kept);
      expect([...symvers!.symbols.keys()]).toEqual(kept);
      expect([list!.release, list!.arch, symvers!.format]).toEqual(["rhel12", "x86_64", "symvers"]);
      expect(kept.length).toBeGreaterThan(5000);
    },
  );

  test.skipIf(!newer)("an Android list of all that a kernel exports holds every one of them", () => {
    const names = awk("{ print $2 }", newer!);
    const exported = new Set(names);
    const list = parseList(
      renderAndroidList([{ name: "all.ko", symbols: names }], (name) => exported.has(name)),
      "list",
    );
    expect([...list.symbols.keys()].sort()).toEqual([...new Set([...names, "module_layout", "__put_task_struct"])].sort());
  });

  test.skipIf(!newer)("30,000 names of a real kernel are all read, in each form", () => {
    const lines = readFileSync(newer!, "utf8").trim().split("\n");
    const symvers = Array.from(
      { length: 30_000 },
      (_, index) => lines[index] ?? lines[index - lines.length]!.replace(/^(\S+\t\S+)/, "$1_2"),
    );
    const names = symvers.map((line) => line.split("\t")[1]!);
    const texts = {
      "Module.symvers": `${symvers.join("\n")}\n`,
      stablelist: `[rhel9_x86_64_stablelist]\n${names.map((name) => `\t${name}\n`).join("")}`,
      "symbol list": `[abi_symbol_list]\n${names.map((name) => `  ${name}\n`).join("")}`,
      plain: `${names.join("\n")}\n`,
    };
    for (const [form, text] of Object.entries(texts)) expect(parseList(text, form).symbols.size).toBe(30_000);
  });
});
