// Declarations of a source: specifiers, declarators, structs and initialisers, with attributes and what a macro may have left skipped.

import { skipGroup, skipTo, skipTrailing } from "./skip.ts";
import { isWord } from "../c/lex.ts";
import { base, type CType, decayed } from "./ctype.ts";
import { condBetween, type Declarator, needWhole, readDeclarator, readSpecifiers } from "./specifiers.ts";
import type { Token } from "./tokens.ts";
import { commonOf, declare, kernelMember, lookUp, peek, resolved, type Val, withoutOwn, type World } from "./world.ts";

const MAX_DEPTH = 60;

/** What a value is put into, by the member or "variable". */
export const emitAssign = (
  world: World,
  to: CType | undefined,
  what: string,
  value: Val,
  token: Token | undefined,
  isWrite: boolean,
  left = 0,
): void => {
  if (to === undefined) return;
  const isFixed = isWrite && (to.kind === "array" || ((to.kind === "base" || to.kind === "pointer") && to.isConst));
  // A function of the source's where a typedef of the kernel's says of what type.
  const isCallback = value.type?.kind === "function" && to.kind === "base" && !world.typedefs.has(to.name);
  if (value.type === undefined && !isFixed) {
    if (what !== "variable" && what !== "return" && !value.isZero) world.untyped++;
    return;
  }
  world.uses.push({
    kind: "assign",
    to: withoutOwn(world, to),
    what: what === "variable" && isCallback ? to.name : what,
    value: asValue(world, value),
    isFixed,
    ...commonOf(world, token, value.cond, left),
  });
};

export const asValue = (world: World, { type, isZero, name, from }: Val): Val => ({
  ...(type && { type: withoutOwn(world, decayed(type)) }),
  ...(isZero && { isZero }),
  ...(name !== undefined && { name }),
  ...(from && { from }),
});

/** The type of a member of an own or a kernel struct; says that the kernel's is used. */
export const memberOf = (
  world: World,
  container: CType | undefined,
  member: Token,
  cond = 0,
): { readonly type: CType | undefined; readonly tag: string | undefined } => {
  const type = resolved(world, container);
  if (type?.kind !== "base" || !/^(struct|union) /.test(type.name)) {
    if (type === undefined) world.untyped++;
    return { type: undefined, tag: undefined };
  }
  const own = world.tags.get(type.name);
  if (own !== undefined) {
    if (own.has(member.text)) return { type: own.get(member.text), tag: undefined };
    const found = kernelMember(world.headers, type.name, member.text);
    return { type: found === "none" ? undefined : found, tag: undefined };
  }
  world.uses.push({ kind: "member", tag: type.name, member: member.text, ...commonOf(world, member, cond) });
  const found = kernelMember(world.headers, type.name, member.text);
  return { type: found === "none" ? undefined : found, tag: type.name };
};

/** `= …` of a declaration: designators lead to members, whose types values must fit. */
export const readInitialiser = (world: World, type: CType | undefined, what: string): void => {
  if (peek(world) !== "{" || world.depth > MAX_DEPTH) {
    const token = world.tokens[world.at];
    const value = world.read.value(world);
    emitAssign(world, type, what, value, token, false);
    return;
  }
  world.depth++;
  world.at++;
  const whole = resolved(world, type);
  while (world.at < world.tokens.length && peek(world) !== "}") {
    const before = world.at;
    let target = whole?.kind === "array" ? whole.of : undefined;
    let named_ = what;
    let isDesignated = false;
    let container = whole;
    const old = isWord(peek(world)) && peek(world, 1) === ":";
    for (;;) {
      if ((peek(world) === "." && isWord(peek(world, 1))) || (old && !isDesignated)) {
        if (!old) world.at++;
        const token = world.tokens[world.at++]!;
        const found = memberOf(world, container, token);
        target = found.type;
        named_ = found.tag === undefined ? "variable" : `${found.tag}.${token.text}`;
        container = resolved(world, target);
      } else if (peek(world) === "[") {
        skipGroup(world);
        container = container?.kind === "array" ? resolved(world, container.of) : undefined;
        target = container;
      } else break;
      isDesignated = true;
    }
    if (isDesignated && (peek(world) === "=" || peek(world) === ":")) world.at++;
    readInitialiser(world, target, named_);
    skipTo(world, [",", "}"]);
    if (peek(world) === ",") world.at++;
    if (world.at === before) world.at++;
  }
  world.at++;
  world.depth--;
};

const MAKERS: readonly { readonly macro: RegExp; readonly type: string }[] = [
  { macro: /^DEFINE_MUTEX$/, type: "struct mutex" },
  { macro: /^DEFINE_SPINLOCK$/, type: "spinlock_t" },
  { macro: /^DEFINE_RAW_SPINLOCK$/, type: "raw_spinlock_t" },
  { macro: /^DEFINE_RWLOCK$/, type: "rwlock_t" },
  { macro: /^DECLARE_RWSEM$/, type: "struct rw_semaphore" },
  { macro: /^LIST_HEAD$/, type: "struct list_head" },
  { macro: /^HLIST_HEAD$/, type: "struct hlist_head" },
  { macro: /^DECLARE_WAIT_QUEUE_HEAD(_ONSTACK)?$/, type: "wait_queue_head_t" },
  { macro: /^DEFINE_TIMER$/, type: "struct timer_list" },
  { macro: /^DECLARE_COMPLETION(_ONSTACK)?$/, type: "struct completion" },
  { macro: /^(DECLARE_WORK|DEFINE_WORK)$/, type: "struct work_struct" },
  { macro: /^DECLARE_DELAYED_WORK$/, type: "struct delayed_work" },
  { macro: /^DEFINE_(IDA|IDR)$/, type: "" },
  { macro: /^(DEFINE|DECLARE)_/, type: "" },
];

/** A macro that declares or defines the variable it is given first (include/linux/mutex.h, spinlock.h, list.h, wait.h …). */
export const declareMade = (world: World, macro: string, first: string): void => {
  const maker = MAKERS.find((each) => each.macro.test(macro));
  if (maker !== undefined && isWord(first) && lookUp(world, first) === undefined)
    declare(world, first, maker.type === "" ? undefined : base(maker.type), 0);
};

/** A declaration at file scope or in a block, from its first word to behind its `;`, or to the `{` of a function's body, which is then returned. */
export const readDeclaration = (world: World, isFile: boolean): Declarator | undefined => {
  const start = world.at;
  const specifiers = readSpecifiers(world);
  const { storage, type, token } = specifiers;
  /** The undecided condition around what was read so far. */
  let cond = 0;
  let seen = start;
  for (;;) {
    const before = world.at;
    const declarator = readDeclarator(world, type);
    const { name } = declarator;
    skipTrailing(world);
    if (name === undefined) break;
    const full = declarator.type;
    if (cond === 0) cond = condBetween(world, seen, world.at);
    seen = world.at;
    const common = { name: name.text, ...(full && { type: withoutOwn(world, full) }), ...commonOf(world, name, cond) };
    if (storage.has("typedef")) {
      world.typedefs.set(name.text, full);
      if (isFile) world.own.push({ ...common, form: "typedef", isStatic: false, isDefinition: true });
    } else {
      declare(world, name.text, full, cond);
      const isFunction = full?.kind === "function" || declarator.parameters !== undefined;
      if (isFile)
        world.own.push({
          ...common,
          form: isFunction ? "function" : "variable",
          isStatic: storage.has("static"),
          isDefinition: isFunction ? peek(world) === "{" : !storage.has("extern"),
        });
      if (isFunction && peek(world) === "{") return declarator;
      if (!isFunction && !storage.has("extern")) needWhole(world, full, token ?? name);
    }
    if (peek(world) === "=") {
      world.at++;
      readInitialiser(world, full, "variable");
    }
    if (peek(world) === ":") skipTo(world, [",", ";"]);
    if (peek(world) !== ",") break;
    world.at++;
    if (world.at === before) break;
  }
  if (peek(world) === ";") world.at++;
  return undefined;
};
