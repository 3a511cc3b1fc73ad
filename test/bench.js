// `npm run bench`: what abi-lint costs beside its peers, all in turn in each round of one run: CPU time (user and system, children included), wall time,
// and the most memory, as medians and as ratios, each target beside what was measured, with a mark. What it measured is kept, and the next run shows
// what changed. It ends with 0 whatever the marks are: how fast a machine is is no test.
//
//   npm run bench -- [--only WORD] [--rounds N] [--save FILE] [--against FILE]
//
// Whole distributions' modules are fetched as the tests of test/real do (ABI_LINT_REAL says where they are kept); without them their rows are left out.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const cache = join(root, "node_modules/.cache/abi-lint/bench.json");
const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    save: { type: "string", default: cache },
    against: { type: "string", default: cache },
    bin: { type: "string", default: join(root, "dist/abi-lint.js") },
  },
});
const WORK = process.env.ABI_LINT_REAL ?? "/tmp/abi-lint-real";
const scratch = mkdtempSync(join(tmpdir(), "abi-lint-bench-"));
process.on("exit", () => rmSync(scratch, { recursive: true, force: true }));

const node = process.execPath;
const abiLint = (...argv) => [node, options.bin, ...argv];

// A certificate bundle costs every Node process tens of milliseconds.
const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
const hasTime = existsSync("/usr/bin/time");
const peak = join(scratch, "peak");
const MEASURE = `${hasTime ? `/usr/bin/time -o ${peak} -f %M ` : ""}"$@" >/dev/null 2>&1; echo $?; times`;

/** One child's CPU and wall time in milliseconds and its peak memory in MB; the shell's `times` is finer than that of others. */
const measure = (command) => {
  const start = performance.now();
  const { stdout } = spawnSync("bash", ["-c", MEASURE, "bench", ...command], { encoding: "utf8", env, cwd: scratch });
  const wall = performance.now() - start;
  const [status, , children] = stdout.trim().split("\n");
  // Findings, and what cannot be checked, are what abi-lint ends with; a peer that fails has measured nothing.
  const most = command.includes(options.bin) ? 2 : 0;
  if (Number(status) > most) throw new Error(`${command.join(" ")} ended with ${status}`);
  const cpu = children.split(" ").reduce((sum, each) => {
    const [, minutes, seconds] = /(\d+)m([\d.]+)s/.exec(each);
    return sum + Number(minutes) * 60_000 + Number(seconds) * 1000;
  }, 0);
  return { cpu, wall, memory: hasTime ? Number(readFileSync(peak, "utf8").trim().split("\n").at(-1)) / 1024 : 0 };
};

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const KEYS = ["cpu", "wall", "memory"];

/** Medians by name. Rounds, not one command after the other: what else the machine does falls on all alike. */
const measureAll = (commands, rounds) => {
  const taken = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) for (const [name, command] of Object.entries(commands)) taken[name].push(measure(command));
  return Object.fromEntries(
    Object.entries(taken).map(([name, all]) => [name, Object.fromEntries(KEYS.map((key) => [key, median(all.map((each) => each[key]))]))]),
  );
};

const before = existsSync(options.against) ? JSON.parse(readFileSync(options.against, "utf8")) : {};
const results = {};
const changed = (group, name, cpu) => {
  const old = before[group]?.[name]?.cpu;
  return old ? `  ${cpu >= old ? "+" : ""}${(((cpu - old) / old) * 100).toFixed(0)} % since` : "";
};

/** Every target, with what was measured: the table at the end. */
const verdicts = [];
const mark = (what, unit, measured, most) => {
  const isMet = measured <= most;
  verdicts.push(`  ${isMet ? "pass" : "MISS"}  ${what.padEnd(62)} ${measured.toFixed(2).padStart(7)} ${unit}  target ${most}`);
  return `  ${isMet ? "pass" : "MISS"}: at most ${most} ${unit}`;
};

/** Measures a group of commands and prints it beside the first of them. `targets`: the most of the first's CPU, of its wall time, and of memory in MB. */
const group = (title, rounds, commands, targets = {}) => {
  if (options.only !== undefined && !title.includes(options.only)) return undefined;
  const figures = measureAll(commands, rounds);
  results[title] = figures;
  const [[beside, peer]] = Object.entries(figures);
  console.log(`\n${title} (medians of ${rounds}; ratios to ${beside})`);
  for (const [name, { cpu, wall, memory }] of Object.entries(figures)) {
    const [most, mostWall, mostMemory] = targets[name] ?? [];
    const what = `${title}: ${name}`;
    const target = [
      most === undefined ? "" : mark(what, "x CPU", cpu / peer.cpu, most),
      mostWall === undefined ? "" : mark(what, "x wall", wall / peer.wall, mostWall),
      mostMemory === undefined || !hasTime ? "" : mark(what, "MB", memory, mostMemory),
    ].join("");
    console.log(
      `  ${name.padEnd(38)} ${cpu.toFixed(0).padStart(6)} ms CPU ${(cpu / peer.cpu).toFixed(2).padStart(6)} x  ${wall.toFixed(0).padStart(6)} ms wall ${(wall / peer.wall).toFixed(2).padStart(6)} x  ${memory.toFixed(0).padStart(5)} MB${target}${changed(title, name, cpu)}`,
    );
  }
  return figures;
};

/** A table of sizes: what each costs above the smallest thing that can be asked, and how that grew when the size doubled. */
const scaling = (title, rounds, base, sizes) => {
  if (options.only !== undefined && !title.includes(options.only)) return;
  const figures = measureAll({ base, ...sizes }, rounds);
  results[title] = figures;
  console.log(
    `\n${title} (medians of ${rounds}; above ${figures.base.cpu.toFixed(0)} ms and ${figures.base.memory.toFixed(0)} MB of a run without)`,
  );
  const names = Object.keys(sizes);
  let last;
  for (const name of names) {
    const { cpu, memory } = figures[name];
    const above = cpu - figures.base.cpu;
    const grown = last === undefined ? "" : `  ${(above / last).toFixed(2)} x the half`;
    console.log(
      `  ${name.padStart(6)} ${above.toFixed(0).padStart(6)} ms CPU ${memory.toFixed(0).padStart(5)} MB${grown}${changed(title, name, cpu)}`,
    );
    last = above;
  }
  // From one size to the next what is measured is too little to tell: what the largest costs beside the smallest says how it grows.
  const [first, end] = [names[0], names.at(-1)].map((name) => figures[name].cpu - figures.base.cpu);
  const doublings = Math.log2(Number(names.at(-1)) / Number(names[0]));
  console.log(
    mark(`${title}: each doubling of ${names[0]} to ${names.at(-1)}`, "x the half", (end / first) ** (1 / doublings), 2).slice(2),
  );
};

/** Packages of another suite, unpacked; undefined where they cannot be had. */
const fetched = (suite, folder, pattern) => {
  const path = join(WORK, folder);
  try {
    if (!existsSync(path))
      execFileSync(join(root, "test/real/prepare/suite.sh"), [WORK, suite, "amd64", folder, pattern], { stdio: "ignore" });
    return path;
  } catch {
    console.log(`NOT MEASURED: ${pattern} of ${suite} cannot be had from the mirror`);
    return undefined;
  }
};

const filesBelow = (folder, pattern) =>
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => pattern.test(file))
    .map((file) => join(folder, file))
    .sort();

/** The release below lib/modules, and what depmod takes for its base. */
const treeOf = (image) => {
  const base = ["", "usr"].map((below) => join(image, below)).find((path) => existsSync(join(path, "lib/modules")));
  return { base, release: readdirSync(join(base, "lib/modules"))[0], modules: join(base, "lib/modules") };
};

const nameOf = (index) => `symbol_${index}`;
const write = (name, text) => {
  const path = join(scratch, name);
  writeFileSync(path, text);
  return path;
};
/** A Module.symvers of as many exports as a distribution's kernel has. */
const symvers = (name) =>
  write(
    name,
    Array.from({ length: 20_000 }, (__, i) => `0x${(i + 1).toString(16).padStart(8, "0")}\t${nameOf(i)}\tvmlinux\tEXPORT_SYMBOL\t\n`).join(
      "",
    ),
  );
/** A manifest of modules that use 50 exports each. */
const manifest = (count) =>
  write(
    `m${count}.json`,
    JSON.stringify({
      manifest: 1,
      subjects: Array.from({ length: count }, (__, i) => ({
        name: `m${i}`,
        kind: "module",
        path: `m${i}.ko`,
        arch: "x86_64",
        licences: ["GPL"],
        uses: Array.from({ length: 50 }, (___, use) => ({ name: nameOf((i * 7 + use * 401) % 20_000) })),
      })),
    }),
  );

/** One module of about a hundred symbols, the same at each run. */
const hundred = (modules) =>
  filesBelow(modules, /\.ko$/)
    .filter((file) => statSync(file).size < 200_000)
    .find((file) => {
      const count = spawnSync("nm", ["-u", file], { encoding: "utf8" }).stdout.trim().split("\n").length;
      return count >= 99 && count <= 101;
    });

const rounds = Math.max(1, Number(options.rounds));
const plain = fetched("bookworm", "image-6.1", "linux-image-6.1.0-56-amd64");
const headers = fetched("bookworm", "headers-6.1.0-56", "linux-headers-6.1.0-56-amd64");
const packed = fetched("sid", "image-7", "linux-modules-7.*[0-9]-amd64");
const packedHeaders = fetched("sid", "headers-7", "linux-headers-7.*[0-9]-amd64");

const module = (plain && hundred(treeOf(plain).modules)) ?? join(root, "test/fixtures/logger.ko");
const KERNELS = ["--kernel", "6.1,6.12,7.3"];
const exported = join(scratch, "one.json");
execFileSync(node, [options.bin, "export", module, "-o", exported]);

group(
  "start-up",
  Math.max(rounds, 11),
  {
    "node -e 0": [node, "-e", "0"],
    "an empty .mjs": [node, write("empty.mjs", "")],
    "nm -u": ["nm", "-u", module],
    "modprobe --dump-modversions": ["modprobe", "--dump-modversions", module],
    "--version": abiLint("--version"),
    "--help": abiLint("--help"),
    [`${basename(module)}, no kernel`]: abiLint(module),
    [`${basename(module)}, three kernels`]: abiLint(module, ...KERNELS),
    "its manifest, three kernels": abiLint(exported, ...KERNELS),
  },
  { "--version": [1.4], "--help": [1.4], [`${basename(module)}, three kernels`]: [3], "its manifest, three kernels": [2.5] },
);

/** All modules of an image beside depmod: exported, and linted against their kernel. */
const wholeImage = (title, image, symversFolder, targets) => {
  const { base, release, modules } = treeOf(image);
  const symversFile = filesBelow(symversFolder, /Module\.symvers$/)[0];
  if (symversFile === undefined) return void console.log(`\n${title}: left out, there is no Module.symvers in ${symversFolder}`);
  const quiet = ["--no-places", "--no-uses", "-f", "gcc"];
  group(
    title,
    rounds,
    {
      "depmod -n -e -E": ["depmod", "-n", "-e", "-E", symversFile, "-b", base, release],
      export: abiLint("export", "--no-places", modules, "-o", join(scratch, "all.json")),
      "check, one kernel": abiLint("check", modules, "--kernel", symversFile, ...quiet),
      "check, shipped 6.1": abiLint("check", modules, "--kernel", "6.1", ...quiet),
    },
    { export: targets, "check, one kernel": targets, "check, shipped 6.1": [undefined, undefined, targets[2]] },
  );
};
if (plain && headers) wholeImage("whole image, plain .ko", plain, headers, [1, 0.8, 150]);
if (packed && packedHeaders) wholeImage("whole image, .ko.xz", packed, packedHeaders, [1.5, 0.8, 150]);

const SIZES = [500, 1000, 2000, 4000];
const one = symvers("one.symvers");
const quiet = ["--no-uses", "-f", "gcc"];
const small = manifest(1);

if (plain) {
  const all = filesBelow(treeOf(plain).modules, /\.ko$/);
  const folders = SIZES.map((size) => {
    const folder = join(scratch, `modules-${size}`);
    mkdirSync(folder);
    // Spread over the tree, so that each size has large and small ones alike.
    for (let i = 0; i < size; i++) {
      const file = all[Math.floor((i * all.length) / size)];
      symlinkSync(file, join(folder, `${i}-${basename(file)}`));
    }
    return [size, abiLint("check", folder, "--no-places", ...quiet)];
  });
  scaling("modules", rounds, abiLint("check", module, "--no-places", ...quiet), Object.fromEntries(folders));
}
scaling(
  "subjects of a manifest",
  rounds,
  abiLint(small, "--kernel", one, ...quiet),
  Object.fromEntries(SIZES.map((size) => [size, abiLint(manifest(size), "--kernel", one, ...quiet)])),
);

const many = manifest(200);
scaling(
  "kernels",
  rounds,
  abiLint(many, ...quiet),
  Object.fromEntries(
    [2, 4, 8, 16].map((size) => [
      size,
      abiLint(many, ...Array.from({ length: size }, (__, i) => ["--kernel", symvers(`k${i}.symvers`)]).flat(), ...quiet),
    ]),
  ),
);

const policy = (name, body) => write(`${name}.yaml`, `extends: [recommended]\n${body}`);
const rules = (size) =>
  policy(
    `rules-${size}`,
    `rules:\n${Array.from({ length: size }, (__, i) => `  own-${i}:\n    severity: note\n    match: { kind: symbol, name: "symbol_${i * 3}" }\n    message: "{name} is used"\n`).join("")}`,
  );
/** A rule that finds each use, and waivers that each excuse the findings of one name. */
const FOUND = `rules:\n  every-use:\n    severity: note\n    match: { kind: symbol }\n    message: "{name} is used"\n`;
const waivers = (size) =>
  policy(
    `waivers-${size}`,
    `${FOUND}waivers:\n${Array.from({ length: size }, (__, i) => `  - { rule: every-use, match: { name: "symbol_${i}" }, reason: "r", owner: "o" }\n`).join("")}`,
  );
const underPolicy = (make) =>
  Object.fromEntries(SIZES.map((size) => [size, abiLint(many, "--policy", make(size), "--kernel", one, ...quiet)]));
const emptyPolicy = abiLint(many, "--policy", policy("none", "rules: {}\n"), "--kernel", one, ...quiet);
scaling("rules", rounds, emptyPolicy, underPolicy(rules));
scaling("waivers", rounds, abiLint(many, "--policy", policy("found", FOUND), "--kernel", one, ...quiet), underPolicy(waivers));

if (verdicts.length > 0) console.log(`\nTargets (ratios of CPU time within this run, medians)\n${verdicts.join("\n")}`);

mkdirSync(join(root, "node_modules/.cache/abi-lint"), { recursive: true });
writeFileSync(options.save, `${JSON.stringify({ ...before, ...results }, null, 1)}\n`);
