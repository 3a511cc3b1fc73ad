import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { abiLint } from "../support/run.ts";

// Small modules with one fault each (modpost/*.c), and one that uses every export of its kernel, built against real kernels. The referee is that kernel's
// own modpost: what it says of a module, abi-lint says of the same symbol for the same reason, and nothing besides.

const WORK = process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real";
const script = new URL("prepare/modpost.sh", import.meta.url).pathname;

/** What modpost says, and the rules that say the same. */
const RULES = {
  "is undefined": ["missing-symbol", "unexported-import", "export-gone", "load"],
  "is GPL-only": ["gpl-only-symbol"],
  "is not imported from": ["namespace-not-imported"],
  "is restricted to": ["namespace-restricted"],
  "may not be imported": ["restricted-import"],
  "no licence": ["no-licence"],
  "no description": [],
} as const satisfies Readonly<Record<string, readonly string[]>>;
type Saying = keyof typeof RULES;

/** modpost's words (scripts/mod/modpost.c): of 6.1 and 6.12 to the blank line, of 7.x behind it. */
const WORDS: readonly (readonly [Saying, string])[] = [
  ["is undefined", '"{symbol}" [{module}.ko] undefined!'],
  ["is GPL-only", "GPL-incompatible module {module}.ko uses GPL-only symbol '{symbol}'"],
  ["is not imported from", "module {module} uses symbol {symbol} from namespace {namespace}, but does not import it."],
  ["is restricted to", "module {module} uses symbol {symbol} from namespace {list}, but does not import it."],
  ["no licence", "missing MODULE_LICENSE() in {module}.o"],
  ["no description", "missing MODULE_DESCRIPTION() in {module}.o"],

  ["is undefined", "{module}.ko: symbol '{symbol}' undefined!"],
  ["is GPL-only", "{module}.ko: GPL-incompatible module uses GPL-only symbol '{symbol}'"],
  ["is not imported from", "{module}.ko: module uses symbol '{symbol}' from namespace '{namespace}', but does not import it."],
  ["is restricted to", "{module}.ko: module uses symbol '{symbol}' from namespace '{list}', but does not import it."],
  ["may not be imported", "{module}.ko: explicitly importing namespace '{import}' is not allowed."],
  ["no licence", "{module}.ko: missing MODULE_LICENSE()"],
  ["no description", "{module}.ko: missing MODULE_DESCRIPTION()"],
];

/** Where one of them says what the other does not, and on which kernels: all of it, and nothing else. */
const DIFFERENCES: Readonly<Record<string, readonly string[]>> = {
  // Of a module without a licence modpost says nothing else; the loader refuses what is GPL-only, too.
  "gpl-only-no-licence: only abi-lint: ktime_get is GPL-only": ["6.1", "6.12", "7"],
  // Of a list that is imported modpost says nothing else; the symbol is not for the module either.
  "restricted-imported: only abi-lint: anon_inode_make_secure_inode is restricted to module:kvm": ["7"],
  // - and _ are alike for the loader, not for modpost.
  "kvm_amd: only modpost: halt_poll_ns is restricted to module:kvm-amd,kvm-intel": ["7"],
};

const PARTS: Readonly<Record<string, string>> = {
  module: "(?:\\S*/)?(?<module>[^/\\s]+)",
  symbol: "(?<symbol>[^'\"\\s]+)",
  namespace: "(?<namespace>[^:'\\s]+)",
  list: "(?<namespace>module:[^'\\s]+)",
  import: "(?<symbol>module:[^'\\s]+)",
};
const PATTERNS = WORDS.map(([saying, words]) => ({
  saying,
  pattern: new RegExp(`^${words.replaceAll(/[()[\].]/g, "\\$&").replaceAll(/\{(\w+)\}/g, (_, part: string) => PARTS[part]!)}$`),
}));
const NAMES_NAMESPACE = new Set(WORDS.filter(([, words]) => /\{(namespace|list)\}/.test(words)).map(([saying]) => saying));

const sentence = (symbol: string | undefined, saying: Saying, namespace: string | undefined): string =>
  [symbol, saying, NAMES_NAMESPACE.has(saying) && namespace].filter(Boolean).join(" ");

/** What modpost said of a module. There is no line that is not understood. */
const sayingsOfModpost = (name: string, text: string): readonly string[] =>
  text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      for (const { saying, pattern } of PATTERNS) {
        const { module, symbol, namespace } = pattern.exec(line)?.groups ?? {};
        if (module === name) return sentence(symbol, saying, namespace);
      }
      throw new Error(`modpost says of ${name}: ${line}`);
    })
    .filter((each) => each !== "no description");

interface Report {
  readonly findings: readonly {
    readonly rule: string;
    readonly subject: string;
    readonly interface?: { readonly name: string };
    readonly evidence: readonly { readonly kind: string; readonly namespace?: string; readonly names?: readonly string[] }[];
  }[];
}

/** What abi-lint's findings on a module say that modpost could have said. */
const sayingsOfAbiLint = ({ findings }: Report, subject: string): readonly string[] =>
  findings
    .filter((finding) => finding.subject === subject)
    .flatMap(({ rule, interface: used, evidence }) => {
      const saying = (Object.keys(RULES) as Saying[]).find((each) => (RULES[each] as readonly string[]).includes(rule));
      if (saying === undefined) return [];
      if (saying === "no licence") return [saying];
      const names = used ? [used.name] : evidence.flatMap((each) => each.names ?? []);
      const { namespace } = evidence.find(({ kind }) => kind === "export") ?? {};
      // modpost's words are the same for a list that it does not read as one.
      const isList = saying === "is not imported from" && namespace?.startsWith("module:");
      return names.map((name) => sentence(name, isList ? "is restricted to" : saying, namespace));
    });

/** What could not be had: of modpost.sh. */
const NOT_HAD = 3;
const KERNELS = ["6.1", "6.12", "7"] as const;
const compared = new Set<string>();
const met = new Set<string>();

describe.for(KERNELS)("the modpost of %s", (kernel) => {
  test("and abi-lint say the same of each module", async ({ skip }) => {
    const { status, stdout: printed } = spawnSync(script, [WORK, kernel], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
    // Mirrors are now and then between two states.
    if (status === NOT_HAD) {
      console.log(`NOT COMPARED: the headers of ${kernel} cannot be had from the mirror`);
      skip(`the headers of ${kernel} cannot be had from the mirror`);
    }
    expect(status).toBe(0);
    const folder = join(WORK, "modpost", kernel);
    const count = { modules: 0, refused: 0, same: 0 };
    const differences: string[] = [];
    for (const line of printed.trim().split("\n")) {
      const [name, verdict] = line.split(" ") as [string, string];
      const modules = [...new Set(["lender.ko", `${name}.ko`])];
      const { stdout, stderr } = await abiLint(folder, ...modules, "--kernel", `${kernel}=Module.symvers`, "--binary", "--format", "json");
      expect({ name, stderr }).toEqual({ name, stderr: "" });
      const theirs = new Set(sayingsOfModpost(name, readFileSync(join(folder, `${name}.modpost`), "utf8")));
      const ours = new Set(sayingsOfAbiLint(JSON.parse(stdout) as Report, name.replaceAll("-", "_")));
      expect({ name, refused: verdict !== "built" }).toEqual({ name, refused: theirs.size > 0 });
      count.modules++;
      if (theirs.size > 0) count.refused++;
      for (const saying of theirs) {
        met.add(Object.keys(RULES).find((each) => saying.includes(each))!);
        if (ours.has(saying)) count.same++;
        else differences.push(`${name}: only modpost: ${saying}`);
      }
      for (const saying of ours) if (!theirs.has(saying)) differences.push(`${name}: only abi-lint: ${saying}`);
    }
    const known = Object.keys(DIFFERENCES).filter((each) => DIFFERENCES[each]!.includes(kernel));
    expect(differences.sort()).toEqual(known.sort());
    const release = readFileSync(join(folder, "release"), "utf8").trim();
    console.log(
      `${release}: ${count.modules} modules, ${count.refused} refused by modpost: ${count.same} messages the same, ${known.length} differences, all known`,
    );
    compared.add(kernel);
  });
});

test("each message of modpost was met", ({ skip }) => {
  if (compared.size < KERNELS.length) skip("not all kernels were compared");
  expect([...met, "no description"].sort()).toEqual(Object.keys(RULES).sort());
});
