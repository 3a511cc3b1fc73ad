import type { Facts } from "./read.ts";

// Which entry of Documentation/ABI speaks of a file. Its `What:` lines are written for people: <pid>, cpuX, [0-9], {a,b}, *, ... stand for what
// differs. The kernel's own tool makes regular expressions of them (tools/lib/python/abi/abi_regex.py, AbiRegex.re_whats; once scripts/get_abi.pl).
// This reads the same forms. It is stricter where that tool is generous: a pattern matches the whole path, not its beginning; * is one step of the
// path; X, Y, Z and N are numbers, so that cpuX is not cpufreq. It is wider in one: a placeholder is any text without a slash (0000:00:1f.2).

/** An entry of Documentation/ABI. */
export interface DocumentedPath {
  readonly level: "stable" | "testing" | "obsolete" | "removed";
  /** `Documentation/ABI/testing/sysfs-devices-system-cpu` */
  readonly file: string;
  /** The pattern as it is written. */
  readonly what: string;
}

const LEVELS = ["stable", "testing", "obsolete", "removed"] as const satisfies readonly DocumentedPath["level"][];
const isLevel = (level: string): level is DocumentedPath["level"] => (LEVELS as readonly string[]).includes(level);

/** A piece of a step: text that is spelled out, a number, any text, any text but none. */
type Piece = { readonly text: string } | "number" | "any" | "some";
/** One or more steps, whatever they are. */
const DEEP = Symbol("...");
/** One step of a path: its name where that is spelled out. */
type Step = string | readonly Piece[] | typeof DEEP;

interface Pattern {
  readonly entry: DocumentedPath;
  readonly steps: readonly Step[];
  /** How many characters it spells out. */
  readonly weight: number;
}

/** More forms than any entry has. */
const MAX_FORMS = 64;
// The innermost choice or option: {a,b} {a|b} (a|b) [a|b], and [-X] [.Y] [:HASH], which may be left out.
const CHOICE = /\{([^{}]*[,|][^{}]*)\}|\(([^()|]*(?:\|[^()|]*)+)\)|\[([^[\]|]*(?:\|[^[\]|]*)+)\]|\[([-.:][^[\].][^[\]]*)\]/;

/** The forms that a pattern with choices stands for. */
const formsOf = (what: string): readonly string[] => {
  const forms: string[] = [];
  for (const open = [what]; open.length > 0 && forms.length + open.length <= MAX_FORMS;) {
    const form = open.pop()!;
    const choice = CHOICE.exec(form);
    if (!choice) {
      forms.push(form);
      continue;
    }
    const [whole, braces, parentheses, brackets, optional] = choice;
    const choices = optional === undefined ? (braces ?? parentheses ?? brackets)!.split(/[,|]/) : ["", optional];
    for (const each of choices) open.push(form.slice(0, choice.index) + each + form.slice(choice.index + whole.length));
  }
  return forms;
};

// <name> {name} $name %d (x) [n] [0-9]+ # XX:XX X * … ; X, Y and Z not beside another capital, N at the end of a word (stateN).
const WILD =
  /(?<some><[^<>]*>|\{[^{}]*\}|\$\w+|\(x\))|(?<number>\[[\d.:-]+N?\]\+?|\[n\]|%d|#|X{2,}|(?<![A-Z])[XYZ](?![A-Z])|(?<=[a-z_])N(?![A-Za-z]))|(?<group>\[[^[\]]*\])|(?<any>\*+|\.\.\.)/g;
/** Steps that are placeholders without a mark. */
const BARE = /^(?:[XYZN]|x{2,}|NAME|NSID|HOSTNQN|MODULENAME)$/;

const stepOf = (step: string): Step => {
  if (BARE.test(step)) return ["some"];
  const pieces: Piece[] = [];
  let from = 0;
  for (const { 0: text, index, groups } of step.matchAll(WILD)) {
    if (index > from) pieces.push({ text: step.slice(from, index) });
    // [.] is a dot.
    pieces.push(text === "[.]" ? { text: "." } : groups!["number"] ? "number" : groups!["any"] ? "any" : "some");
    from = index + text.length;
  }
  if (from === 0) return step;
  if (from < step.length) pieces.push({ text: step.slice(from) });
  return pieces;
};

/** What some write for one or more steps; below /sys/devices, where a device may lie at any depth, a * too. At the end of a path it is one. */
const isDeep = (step: string, index: number, names: readonly string[]): boolean =>
  index < names.length - 1 && (["...", "..", "[..]"].includes(step) || (step === "*" && names[index - 1] === "devices"));

/** The paths under which one pattern's files are found. */
const placesOf = (form: string): readonly string[] => {
  // Documentation/filesystems/configfs.rst mounts it at /config, systems do at /sys/kernel/config.
  if (form.startsWith("/config/")) return [form, `/sys/kernel${form}`];
  if (form.startsWith(".../")) return [`/sys/${form}`];
  // Links as well: the devices lie below their bridges, under names like no other's (drivers/pci/probe.c, pci_setup_device).
  const pci = /^\/sys\/bus\/pci\/devices\/[^/]*\/(.+)$/.exec(form);
  if (pci) return [form, `/sys/devices/.../X:X:X.X/${pci[1]}`];
  // A class is a folder of links: its devices lie below /sys/devices, in a folder of the class's name (drivers/base/core.c, get_device_parent).
  const [, of, rest] = /^\/sys\/(?:class\/)?([a-z0-9_-]+)\/(.+)$/.exec(form) ?? [];
  if (form.startsWith("/sys/class/") && of !== undefined) return [form, `/sys/devices/.../${of}/${rest}`];
  return of === "block" ? [form, `/sys/class/block/${rest}`, `/sys/devices/.../block/${rest}`] : [form];
};

const stepsOf = (path: string): readonly Step[] => {
  const names = path.split("/").filter((name) => name !== "");
  return names.map((name, index) => {
    if (index === 1 && names[0] === "proc" && name === "pid") return ["some"];
    return isDeep(name, index, names) ? DEEP : stepOf(name);
  });
};

const literalLength = (step: Step): number => {
  if (step === DEEP) return 0;
  return typeof step === "string" ? step.length : step.reduce((sum, piece) => sum + (typeof piece === "string" ? 0 : piece.text.length), 0);
};

/** The patterns of one entry; none where it names no file, or spells nothing out behind a `...`: `/sys/.../<device>/<UUID>/` would be any folder. */
const patternsOf = (entry: DocumentedPath): readonly Pattern[] => {
  // "\:" is ":", and what follows a blank is a remark (`name = "adxl372"`, `capability for PCI`).
  const path = entry.what.replaceAll("\\", "").replace(/^((?:<[^<>]*>|<(?![^<>]*>)|[^\s<])*)\s.*$/, "$1");
  if (!path.startsWith("/") && !path.startsWith(".../")) return [];
  return formsOf(path)
    .flatMap(placesOf)
    .map(stepsOf)
    .filter((steps) => steps.slice(steps.lastIndexOf(DEEP) + 1).some((step) => literalLength(step) > 0))
    .map((steps) => ({ entry, steps, weight: steps.reduce((sum, step) => sum + 1 + literalLength(step), 0) }));
};

const isHex = (char: string | undefined): boolean => char !== undefined && /^[0-9a-fA-F]$/.test(char);

/** Whether a name is what a step says: every place that each piece can end at, one piece after the other. */
const matchesStep = (pieces: string | readonly Piece[], name: string): boolean => {
  if (typeof pieces === "string") return pieces === name;
  let ends = new Set([0]);
  for (const piece of pieces) {
    const next = new Set<number>();
    const first = Math.min(...ends);
    if (piece === "any" || piece === "some") for (let at = first + (piece === "some" ? 1 : 0); at <= name.length; at++) next.add(at);
    else
      for (const at of ends) {
        if (piece === "number") for (let end = at; isHex(name[end]) && !next.has(end + 1); end++) next.add(end + 1);
        else if (name.startsWith(piece.text, at)) next.add(at + piece.text.length);
      }
    if (next.size === 0) return false;
    ends = next;
  }
  return ends.has(name.length);
};

/** The same one level up: every step that the steps so far can end at. */
const matchesPath = (steps: readonly Step[], names: readonly string[]): boolean => {
  if (steps.length > names.length) return false;
  let ends = [0];
  for (const step of steps) {
    if (step === DEEP) ends = Array.from({ length: Math.max(0, names.length - ends[0]!) }, (_, index) => ends[0]! + index + 1);
    else ends = ends.filter((at) => at < names.length && matchesStep(step, names[at]!)).map((at) => at + 1);
    if (ends.length === 0) return false;
  }
  return ends.at(-1) === names.length;
};

/** Longer than a path can be (PATH_MAX, include/uapi/linux/limits.h). */
const MAX_PATH = 4096;

/**
 * Documentation/ABI as a function of a path, by the newest release that the history has it of. Of several entries that match, the one that spells
 * out the most characters speaks; where two spell out as many, the stronger promise, and then the first by name. So an exact entry is never hidden
 * by a pattern, whatever their levels. Time grows with the path's length and the number of entries.
 */
export const compileDocumented = (facts: Facts): ((path: string) => DocumentedPath | undefined) => {
  const table = facts.table("abi");
  const rows = Array.from({ length: table.size }, (_, index) => table.at(index));
  const newest = facts.releases.findLastIndex((_, release) => rows.some((row) => row.value("level", release) !== undefined));
  /** By the last step, where that is spelled out. */
  const byLast = new Map<string | undefined, Pattern[]>();
  for (const row of rows) {
    const level = row.value("level", newest);
    if (level === undefined || !isLevel(level)) continue;
    for (const pattern of patternsOf({ level, file: row.value("file", newest) ?? "", what: row.name })) {
      const last = pattern.steps.at(-1);
      const name = typeof last === "string" ? last : undefined;
      const list = byLast.get(name);
      if (list) list.push(pattern);
      else byLast.set(name, [pattern]);
    }
  }
  const rank = (a: Pattern, b: Pattern): number =>
    b.weight - a.weight || LEVELS.indexOf(a.entry.level) - LEVELS.indexOf(b.entry.level) || (a.entry.what < b.entry.what ? -1 : 1);
  for (const list of byLast.values()) list.sort(rank);

  return (path) => {
    if (path.length > MAX_PATH) return undefined;
    const names = path.split("/").filter((name) => name !== "");
    const best = [names.at(-1), undefined].flatMap((last) => byLast.get(last)?.find(({ steps }) => matchesPath(steps, names)) ?? []);
    return best.sort(rank)[0]?.entry;
  };
};
