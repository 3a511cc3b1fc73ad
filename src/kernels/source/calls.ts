// Calls: of the source's own functions, of the kernel's, and of macros whose value follows from their arguments.

import { skipTo } from "./skip.ts";
import { base, type CType, INT, parseType, pointerTo, unqualified } from "./ctype.ts";
import { asValue, declareMade, emitAssign } from "./declarations.ts";
import { readTypeName } from "./specifiers.ts";
import type { Token } from "./tokens.ts";
import { commonOf, isTypeWord, knownOf, lookUp, NOTHING, peek, resolved, undecidedOf, type Val, type World } from "./world.ts";

/** Macros of the kernel's that give back their argument, or point to the struct around it. */
const KEEPS =
  /^(READ_ONCE|WRITE_ONCE|ACCESS_ONCE|rcu_dereference\w*|rcu_access_pointer|per_cpu_ptr|this_cpu_ptr|raw_cpu_ptr|get_cpu_ptr|no_free_ptr|smp_load_acquire|xchg)$/;
const AROUND =
  /^(container_of(_const|_safe)?|list_(first_|last_|next_|prev_)?entry(_or_null|_rcu|_circular)?|list_first_or_null_rcu|hlist_entry(_safe)?|rb_entry(_safe)?|llist_entry|list_entry_rcu)$/;
const NUMBERS =
  /^(likely|unlikely|IS_ERR\w*|WARN(_ON)?(_ONCE)?|ARRAY_SIZE|offsetof|sizeof\w*|min(_t)?|max(_t)?|clamp(_t|_val)?|DIV_ROUND_UP|BIT(_ULL)?|GENMASK|test_bit|cpu_to_\w+|\w+_to_cpu|hton[sl]|ntoh[sl]|get_user|put_user|__get_user|__put_user|access_ok|KERNEL_VERSION)$/;

/** Macros whose value has one type in all releases (include/linux/cred.h). */
const GIVES: ReadonlyMap<string, CType> = new Map(
  Object.entries({
    current_user_ns: pointerTo(base("struct user_namespace")),
    current_uid: base("kuid_t"),
    current_euid: base("kuid_t"),
    current_gid: base("kgid_t"),
    current_egid: base("kgid_t"),
  }),
);

interface Arguments {
  readonly values: readonly Val[];
  readonly countUnsure: boolean;
  /** Where each begins. */
  readonly starts: readonly number[];
}

export const readArguments = (world: World, cond: number): Arguments => {
  const values: Val[] = [];
  const starts: number[] = [];
  const open = world.at++;
  while (world.at < world.tokens.length && peek(world) !== ")") {
    const before = world.at;
    starts.push(before);
    if (peek(world) === "," && world.at === before) values.push(NOTHING);
    else if (isTypeWord(world, peek(world))) {
      // A macro's argument may be a type.
      readTypeName(world);
      values.push(NOTHING);
    } else if (peek(world) === "{") {
      world.read.block(world);
      values.push(NOTHING);
    } else values.push(world.read.value(world));
    if (peek(world) !== "," && peek(world) !== ")") {
      // Not one expression: an argument of a macro that wants no value. A `;` in it belongs to a block given to a macro.
      skipTo(world, [",", ")"]);
      values[values.length - 1] = NOTHING;
    }
    if (peek(world) === ",") {
      world.at++;
      if (peek(world) === ")") values.push(NOTHING);
    } else if (world.at === before) break;
  }
  if (peek(world) === ")") world.at++;
  let countUnsure = false;
  // A call that the file ends in has no end.
  for (let at = open; at < Math.min(world.at, world.tokens.length); at++)
    if (world.tokens[at]!.cond !== cond && (world.tokens[at]!.text === "," || world.tokens[at - 1]?.text === "(")) countUnsure = true;
  return { values, countUnsure, starts };
};

/** The value of a function of the kernel's, or of a macro of a known kind. */
const kernelCall = (world: World, callee: Token, { values, starts }: Arguments): Val => {
  const name = callee.text;
  const from = { kind: "call", name } as const;
  if (KEEPS.test(name)) return values[0]?.type ? { type: unqualified(values[0].type), from } : NOTHING;
  if (AROUND.test(name) || name === "from_timer" || name === "from_tasklet" || name === "timer_container_of") {
    if (name === "from_timer" || name === "from_tasklet" || name === "timer_container_of")
      return values[0]?.type ? { type: values[0].type, from } : NOTHING;
    const at = world.at;
    if (starts[1] === undefined) return NOTHING;
    world.at = starts[1];
    const type = isTypeWord(world, peek(world)) ? readTypeName(world) : undefined;
    world.at = at;
    return type ? { type: pointerTo(type), from } : NOTHING;
  }
  if (NUMBERS.test(name)) return { type: INT };
  const given = GIVES.get(name);
  if (given !== undefined) return { type: given, from };
  let target = name;
  for (let step = 0; step < 8; step++) {
    const { entries } = knownOf(world, target);
    const macro = entries.find((each) => each.form === "macro");
    if (macro?.form === "macro") {
      if (macro.parameters === undefined && macro.target !== undefined && macro.target !== target) {
        target = macro.target;
        continue;
      }
      return NOTHING;
    }
    const types = new Set(
      entries.flatMap((each) => (each.form === "function" || each.form === "inline" || each.form === "variable" ? [each.type] : [])),
    );
    // Several headers may give one name to different things.
    if (types.size !== 1) return NOTHING;
    let type = parseType([...types][0]!);
    if (type?.kind === "pointer") type = type.to;
    return type?.kind === "function" ? { type: type.returns, from } : NOTHING;
  }
  return NOTHING;
};

export const callName = (world: World, callee: Token): Val => {
  const own = lookUp(world, callee.text);
  if (own === undefined && /^(DEFINE|DECLARE|LIST_HEAD|HLIST_HEAD)/.test(callee.text)) {
    const parts = [];
    for (let at = world.at + 1; at < world.tokens.length && world.tokens[at]!.text !== ")"; at++) parts.push(world.tokens[at]!.text);
    const last = parts.lastIndexOf(",") + 1;
    declareMade(world, callee.text, parts[0] ?? "");
    declareMade(world, callee.text, parts[last] ?? "");
  }
  const before = world.uses.length;
  const given = readArguments(world, callee.cond);
  const values = given.values.map((value) => asValue(world, value));
  if (own === undefined) {
    if (NAMES_MEMBERS.test(callee.text)) dropNames(world, before, given);
    const unsure = given.values.find(({ cond }) => cond !== undefined && cond > 0)?.cond;
    // What an argument hangs on does not touch their number; it is told with each.
    world.uses.push({
      kind: "call",
      callee: callee.text,
      values,
      countUnsure: given.countUnsure,
      ...(unsure !== undefined && { valuesUndecided: undecidedOf(world, unsure).undecided! }),
      ...commonOf(world, callee),
    });
    return kernelCall(world, callee, given);
  }
  return callOwn(world, callee, own.type, given.values);
};

/** Macros whose arguments may be names of members, of parameters, or made into other names. */
const NAMES_MEMBERS =
  /^(container_of|list_|hlist_|rb_|llist_|plist_|offsetof|sizeof_field|typeof_member|struct_size|flex_array|kv?free_rcu|from_|timer_container_of|module_|MODULE_|DECLARE_|DEFINE_|EXPORT_|LIST_HEAD|HLIST_HEAD|__ATTR|(DEVICE|DRIVER|BUS|CLASS|SENSOR)_|TRACE_|TP_|__array|__field|__string|__assign_str|for_each_)/;

/** Takes back the uses of what is only a name in the argument list. */
const dropNames = (world: World, before: number, { values }: Arguments): void => {
  const bare = new Set(values.flatMap(({ name }) => name ?? []));
  const kept = world.uses.slice(before).filter((use) => !(use.kind === "name" && use.as === "value" && bare.has(use.name)));
  world.uses.length = before;
  world.uses.push(...kept);
};

export const functionOf = (world: World, type: CType | undefined): Extract<CType, { kind: "function" }> | undefined => {
  let whole = resolved(world, type);
  if (whole?.kind === "pointer") whole = resolved(world, whole.to);
  return whole?.kind === "function" ? whole : undefined;
};

const callOwn = (world: World, callee: Token, type: CType | undefined, values: readonly Val[]): Val => {
  const own = functionOf(world, type);
  if (own === undefined) return NOTHING;
  for (const [index, value] of values.entries()) {
    const parameter = own.parameters?.[index];
    if (parameter !== undefined && value.type !== undefined && (value.from !== undefined || value.type.kind === "function"))
      emitAssign(world, parameter, "variable", value, callee, false);
  }
  return { type: own.returns };
};
