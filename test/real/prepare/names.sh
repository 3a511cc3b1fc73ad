#!/bin/bash
# Holds rules/data/toolchain.yaml and rules/data/written-names.yaml against the headers of Debian's kernels 6.1, 6.12 and 7.2 (amd64).
#
#   names.sh WORKDIR        e.g. names.sh /tmp/real
#
# Downloads and unpacks what headers are missing; installs nothing. Every entry of written-names.yaml must be true of a kernel that it names:
#   - its header has a macro or inline function, one of `written` or `via`, whose body names the symbol;
#   - each of `written` leads to the symbol through the bodies of macros and inline functions, whatever the configuration;
#   - `how` is inline only where all of `written` are inline functions there.
# And no symbol may be in both files, twice in one, or out of order. Prints the counts, and each complaint; the exit status is then 1.
# A kernel that the mirror no longer has is left out, and said so: entries for that one alone are then not checked.

[ $# -eq 1 ] || { echo "usage: ${0##*/} WORKDIR" >&2; exit 2; }
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && work=$(cd "$1" && pwd) || exit 2

# tree RELEASE SUITE: prints RELEASE=FOLDER, the folder of the headers all flavours share.
tree() {
  local folder
  for folder in /usr/src/linux-headers-"$1".*-common "$work/headers-$1-common"/usr/src/linux-headers-"$1".*-common; do
    [ -d "$folder/include" ] && { echo "$1=$folder"; return; }
  done
  bash "$here/suite.sh" "$work" "$2" amd64 "headers-$1-common" "linux-headers-$1.*-common" >&2 || true
  for folder in "$work/headers-$1-common"/usr/src/linux-headers-"$1".*-common; do
    [ -d "$folder/include" ] && { echo "$1=$folder"; return; }
  done
  echo "${0##*/}: no headers of $1: not checked against it" >&2
}
mapfile -t trees < <(tree 6.1 bookworm; tree 6.12 trixie; tree 7.2 sid)
[ ${#trees[@]} -gt 0 ] || exit 2

cd "$here/../../.." && exec node --input-type=module - "${trees[@]}" <<'NODE'
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse } from "yaml";

const WORD = /[A-Za-z_]\w*/g;
/** Words before a parenthesis at the head of a function that are not its name. */
const ATTRIBUTE = /^(?:__attribute__|__printf|__acquires\w*|__releases\w*|__must_hold\w*|__cond_\w+|__alloc_size|__realloc_size|__section|__diagnose_as|typeof|__aligned|__no_context_analysis|__context_unsafe)$/;

/** The names that a body builds: a prefix and a `*` where the rest is pasted on. */
const built = (body) => [
  ...[...body.matchAll(/([A-Za-z_]\w{4,})\s*##/g)].map(([, prefix]) => `${prefix}*`),
  ...[...body.matchAll(/CONCATENATE\(\s*(\w+)\s*,/g)].map(([, prefix]) => `${prefix}*`),
  ...[...body.matchAll(/(?:static_call(?:_mod|_cond)?|STATIC_CALL_TRAMP_STR)\s*\(\s*(\w+)\s*(##)?/g)].flatMap(([, name, more]) => [`__SCT__${name}${more ? "*" : ""}`, `__SCK__${name}${more ? "*" : ""}`]),
  ...[...body.matchAll(/do_(?:get|put)_user_call\(\s*(\w+)\s*,/g)].map(([, name]) => `__${name}_*`),
];
const namesIn = (body) => new Set([...(body.match(WORD) ?? []), ...built(body)]);

/** The macros and the functions with a body of one header. Not a C parser: kernel headers are regular enough for what is asked here. */
const definitionsOf = (text) => {
  const found = [];
  const plain = text
    .replace(/\/\*[^]*?\*\//g, " ")
    .replace(/\/\/[^\n]*/g, "")
    .replace(/\\\n/g, " ");
  const rest = plain.split("\n").map((line) => {
    const macro = /^\s*#\s*define\s+([A-Za-z_]\w*)(\([^)]*\))?(.*)/.exec(line);
    if (macro) found.push({ name: macro[1], how: "macro", names: namesIn(macro[3]) });
    return /^\s*#/.test(line) ? "" : line;
  });
  const code = rest.join("\n");
  let [depth, last, head, start] = [0, 0, "", 0];
  for (const { 0: mark, index } of code.matchAll(/[{};]/g)) {
    if (mark === "{" && depth++ === 0) [head, start] = [code.slice(last, index), index];
    if (mark === "}" && (depth = Math.max(0, depth - 1)) === 0) {
      const name = [...head.matchAll(/([A-Za-z_]\w*)\s*\(/g)].map(([, word]) => word).find((word) => !ATTRIBUTE.test(word));
      if (name && !/=/.test(head) && !/^\s*[A-Z][A-Z0-9_]*\s*\(/.test(head)) found.push({ name, how: "inline", names: namesIn(code.slice(start, index)) });
      last = index + 1;
    }
    if (mark === ";" && depth === 0) last = index + 1;
  }
  return found;
};

const headersOf = (folder, below) =>
  readdirSync(`${folder}/${below}`, { recursive: true })
    .filter((path) => path.endsWith(".h"))
    .map((path) => `${below}/${path}`);

const trees = process.argv.slice(2).map((argument) => {
  const [release, folder] = argument.split("=");
  const [byHeader, byName, callers] = [new Map(), new Map(), new Map()];
  for (const header of [...headersOf(folder, "include"), ...headersOf(folder, "arch/x86/include")]) {
    const definitions = definitionsOf(readFileSync(`${folder}/${header}`, "latin1"));
    byHeader.set(header, definitions);
    for (const definition of definitions) {
      byName.set(definition.name, [...(byName.get(definition.name) ?? []), definition]);
      for (const name of definition.names) {
        if (!callers.has(name)) callers.set(name, new Set());
        callers.get(name).add(definition.name);
      }
    }
  }
  console.log(`${release}: ${folder}: ${byHeader.size} headers, ${byName.size} macros and functions`);
  return { release, folder, byHeader, byName, callers };
});

/** The keys under which bodies may name something: itself, and each prefix of it that a body pastes on to. */
const keysOf = (name) => [name, ...Array.from({ length: Math.max(0, name.length - 4) }, (_, end) => `${name.slice(0, end + 5)}*`)];
/** A family `x_*` is named by a body that pastes on to the same prefix. */
const namedBy = (symbol) => (symbol.endsWith("*") ? [symbol] : keysOf(symbol));

/** Every macro and function from which the symbol can be reached. */
const reaching = ({ callers }, symbol) => {
  const reached = new Set();
  let edge = namedBy(symbol);
  while (edge.length > 0) {
    const next = edge.flatMap((key) => [...(callers.get(key) ?? [])]).filter((name) => !reached.has(name));
    for (const name of next) reached.add(name);
    edge = [...new Set(next)].flatMap(keysOf);
  }
  return reached;
};

const read = (file) => parse(readFileSync(`rules/data/${file}`, "utf8"));
const [toolchain, written] = [read("toolchain.yaml"), read("written-names.yaml")];
const complaints = [];
const complain = (symbol, words) => complaints.push(`${symbol}: ${words}`);

const FIELDS = ["symbol", "written", "how", "via", "header", "kernels", "config"];
let unchecked = 0;
for (const entry of written) {
  const { symbol, written: names, how, via = [], header, kernels } = entry;
  for (const field of Object.keys(entry)) if (!FIELDS.includes(field)) complain(symbol, `unknown field ${field}`);
  if (!["inline", "macro"].includes(how)) complain(symbol, `how: ${how}`);
  if (names.every((name) => name === symbol)) complain(symbol, "nothing else is written");
  const mine = trees.filter(({ release }) => kernels.includes(release));
  if (mine.length === 0) {
    unchecked++;
    continue;
  }
  const keys = namedBy(symbol);
  const namers = mine.flatMap(({ byHeader }) => byHeader.get(header) ?? []).filter(({ names: said }) => keys.some((key) => said.has(key)));
  if (!mine.some(({ folder }) => existsSync(`${folder}/${header}`))) complain(symbol, `no ${header} in ${kernels}`);
  else if (!namers.some(({ name }) => names.includes(name) || via.includes(name))) complain(symbol, `${header}: none of ${[...names, ...via]} names it, but ${namers.map(({ name }) => name)}`);
  const family = symbol.endsWith("*") ? mine.flatMap(({ byHeader }) => byHeader.get(header) ?? []).filter(({ names: said }) => names.some((name) => said.has(name))) : [];
  for (const step of via) if (![...namers, ...family].some(({ name }) => name === step)) complain(symbol, `${header}: ${step} does not name it`);
  const reached = mine.map((tree) => ({ ...tree, from: reaching(tree, symbol) }));
  const leads = ({ from, byHeader }, name) =>
    name.endsWith("*") ? (byHeader.get(header) ?? []).some(({ name: step, names: said }) => via.includes(step) && said.has(name)) : from.has(name);
  for (const tree of reached) if (!names.some((name) => name !== symbol && leads(tree, name))) complain(symbol, `${tree.release}: nothing of ${names} leads to it`);
  for (const name of names) {
    if (name === symbol) continue;
    const found = reached.filter((tree) => leads(tree, name));
    if (found.length === 0) complain(symbol, `${name} does not lead to it in ${kernels}`);
    if (how === "inline" && !name.endsWith("*") && !found.every(({ byName }) => byName.get(name).some((definition) => definition.how === "inline"))) complain(symbol, `${name} is no inline function`);
  }
  const others = names.filter((name) => name !== symbol && !name.endsWith("*"));
  const isMacro = (name) => reached.some(({ byName }) => (byName.get(name) ?? []).some((definition) => definition.how === "macro"));
  if (how === "macro" && !others.some(isMacro)) complain(symbol, `none of ${others} is a macro`);
}
written.forEach(({ symbol }, place) => {
  if (place > 0 && !(written[place - 1].symbol < symbol)) complain(symbol, `not in order after ${written[place - 1].symbol}`);
});

const listOf = (name) => [name].flat();
const sections = Object.entries(toolchain).map(([section, entries]) => ({ section, names: entries.flatMap(({ name }) => listOf(name)), entries }));
const matches = (pattern, name) => (pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name);
for (const { section, names, entries } of sections) {
  for (const entry of entries) if (Object.keys(entry).join() !== "name,because") complain(section, `fields ${Object.keys(entry)}`);
  const others = sections.filter((other) => other.section === section || (other.section !== "all" ? section === "all" : true)).flatMap((other) => (other.section === section ? [] : other.names));
  for (const name of names) {
    if (/\*./.test(name)) complain(name, "a * that is not the last");
    if (names.filter((other) => other === name).length > 1 || (section !== "all" && section !== "maybe" && others.includes(name) && sections.find((other) => other.section === "all").names.includes(name)))
      complain(name, `twice, in ${section}`);
    for (const { symbol } of written) if (matches(name, symbol)) complain(symbol, `both written and ${section}'s ${name}`);
  }
}

const count = (list, key) => {
  const words = list.map(key);
  return [...new Set(words)].map((word) => `${words.filter((other) => other === word).length} ${word}`).join(", ");
};
console.log(`toolchain.yaml: ${sections.map(({ section, names, entries }) => `${section} ${entries.length} (${names.length} names)`).join(", ")}`);
console.log(`written-names.yaml: ${written.length} symbols: ${count(written, ({ how }) => how)}; ${written.filter(({ symbol }) => symbol.endsWith("*")).length} families;`);
console.log(`  ${written.filter(({ symbol, written: names }) => names.includes(symbol)).length} that sources write too; ${written.filter(({ config }) => config).length} of other configurations;`);
console.log(`  by kernels: ${count(written, ({ kernels }) => `in ${kernels.join("+")}`)}`);
console.log(`checked ${written.length - unchecked} of ${written.length}: ${complaints.length} complaints`);
for (const complaint of complaints) console.log(`  ${complaint}`);
process.exitCode = complaints.length > 0 ? 1 : 0;
NODE
