import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abiLint } from "../support/run.ts";
import { symversOf } from "../support/symvers.ts";

// Every module of one kernel against three, itself among them: the load verdict on symbols and CRCs, held against `depmod -n -e -E Module.symvers`.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const root = new URL("../..", import.meta.url).pathname;

const unpack = (folder: string, ...patterns: readonly string[]): string =>
  execFileSync(join(root, "test/real/prepare/suite.sh"), [WORK, "bookworm", "amd64", folder, ...patterns], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();

interface Said {
  readonly missing: ReadonlySet<string>;
  readonly crc: ReadonlySet<string>;
}

/** depmod's two complaints, as `module symbol`. */
const depmodSays = (modules: string, release: string, symvers: string): Said => {
  const { stderr } = spawnSync("depmod", ["-n", "-e", "-E", symvers, "-b", modules, release], { encoding: "utf8", maxBuffer: 1 << 30 });
  const said = (pattern: RegExp): Set<string> =>
    new Set(
      stderr.split("\n").flatMap((line) => {
        const match = pattern.exec(line);
        return match ? [`${match[1]!.replace(/^.*\//, "").replace(/\.ko$/, "").replaceAll("-", "_")} ${match[2]}`] : [];
      }),
    );
  return { missing: said(/(\S+) needs unknown symbol (\S+)/), crc: said(/(\S+) disagrees about version of symbol (\S+)/) };
};

interface JsonReport {
  readonly findings: readonly { rule: string; subject: string; interface?: { name: string } }[];
  readonly subjects: readonly { uses: readonly unknown[]; verdicts: readonly { load: { missing: number; crcs: number } }[] }[];
}

test.for(["6.1.0-56", "6.1.0-55", "6.1.0-47"])(
  "every module of 6.1.0-56 against %s: abi-lint and depmod name the same unknown symbols and the same versions",
  { timeout: 300_000 },
  async (release, { skip }) => {
    const image = unpack("image-6.1", "linux-image-6.1.0-56-amd64").split(" ")[0]!;
    const built = image.replace("linux-image-", "");
    const file = symversOf(WORK, release);
    if (file === undefined) return skip(`${release} cannot be had from the mirror`);
    // depmod reads the kernel's own exports alone; what modules export it takes from the modules.
    const text = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.split("\t")[2] === "vmlinux")
      .join("\n");
    mkdirSync(join(WORK, "depmod"), { recursive: true });
    const symvers = join(WORK, "depmod", `${release}.symvers`);
    writeFileSync(symvers, `${text}\n`);
    const theirs = depmodSays(join(WORK, "image-6.1"), built, symvers);

    const modules = join(WORK, "image-6.1/lib/modules", built);
    const { stdout } = await abiLint(WORK, modules, "--kernel", symvers, "--binary", "--no-places", "--no-uses", "--format", "json");
    const { findings, subjects } = JSON.parse(stdout) as JsonReport;
    const mine = (rule: string): Set<string> =>
      new Set(findings.filter((finding) => finding.rule === rule).map(({ subject, interface: taken }) => `${subject} ${taken!.name}`));
    const [missing, crc] = [mine("missing-symbol"), mine("crc-mismatch")];
    const only = (a: ReadonlySet<string>, b: ReadonlySet<string>): string[] => [...a].filter((each) => !b.has(each));
    const differences = {
      "missing, only abi-lint": only(missing, theirs.missing),
      "missing, only depmod": only(theirs.missing, missing),
      "version, only abi-lint": only(crc, theirs.crc),
      "version, only depmod": only(theirs.crc, crc),
    };
    const uses = subjects.reduce((sum, subject) => sum + subject.uses.length, 0);
    console.log(
      `${subjects.length} modules, ${uses} uses, ${built} on ${release}: depmod says ${theirs.missing.size} unknown symbols and ${theirs.crc.size} versions that disagree; abi-lint ${missing.size} and ${crc.size}; different: ${Object.values(differences).flat().length}`,
    );
    expect(subjects.length).toBeGreaterThan(3500);
    expect(Object.values(differences).map((each) => each.slice(0, 5))).toEqual([[], [], [], []]);
    // The matrix counts what the findings name.
    const counted = subjects.reduce((sum, { verdicts }) => sum + verdicts[0]!.load.missing + verdicts[0]!.load.crcs, 0);
    expect(counted).toBe(missing.size + crc.size);
  },
);
