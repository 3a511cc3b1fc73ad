import type { Owner } from "../elf/owners.ts";
import type { Architecture, Code, Memory, Operand, Step } from "./step.ts";
import { argumentBase, frameBase, join, plus, resultBase, single, UNKNOWN, type Place, type Values } from "./values.ts";

/** A call, or a jump out of the function, with what its target and arguments may be. */
export interface SeenCall {
  readonly function: Owner;
  /** The function's name in bases. */
  readonly owner: string;
  readonly at: number;
  readonly end: number;
  readonly target: Values;
  readonly arguments: readonly Values[];
}

/** A pointer's size of memory that is written. */
export interface SeenStore {
  readonly function: Owner;
  readonly owner: string;
  readonly to: Place;
  readonly values: Values;
}

export interface Followed {
  readonly calls: readonly SeenCall[];
  readonly stores: readonly SeenStore[];
}

type State = Values[];

/** The largest that a real module looks names up in has 19,000; beyond this, nothing is claimed about a function. */
const MAX_FUNCTION_BYTES = 1 << 18;
/** Times an instruction may be gone through on average; joins settle in a few. */
const MAX_ROUNDS = 60;

const placeOf = (memory: Memory, state: State): Place | undefined => {
  if (!("register" in memory)) return memory;
  const value = single(state[memory.register]!);
  return value?.kind === "address" ? { base: value.base, offset: value.offset + memory.offset } : undefined;
};

const evaluate = (operand: Operand | undefined, state: State): Values => {
  if (!operand) return UNKNOWN;
  if (operand.kind === "value") return [operand.value];
  if (operand.kind === "register") return plus(state[operand.register]!, operand.plus);
  const place = placeOf(operand.memory, state);
  return place ? [{ kind: "content", base: place.base, offset: place.offset }] : UNKNOWN;
};

const apply = (step: Step, state: State, architecture: Architecture, owner: string): void => {
  const { writes } = step;
  // All of them see what was there before.
  const values = writes.length > 1 ? writes.map(({ from }) => evaluate(from, state)) : undefined;
  for (let i = 0; i < writes.length; i++) {
    const { register, maybe, from } = writes[i]!;
    const now = values ? values[i]! : evaluate(from, state);
    state[register] = maybe ? join(state[register]!, now) : now;
  }
  if (!step.call?.returns) return;
  for (const register of architecture.clobbered) state[register] = UNKNOWN;
  state[architecture.result] = [{ kind: "address", base: resultBase(owner, step.at), offset: 0 }];
};

/** Instructions that may still be gone through, in all functions together. */
export interface Work {
  left: number;
}

/** Every instruction of a function in order; undefined where one cannot be read or they do not add up. */
const stepsOf = (code: Code, { start, end }: Owner, architecture: Architecture, work: Work): Map<number, Step> | undefined => {
  const steps = new Map<number, Step>();
  for (let at = start; at < end;) {
    if (work.left-- <= 0) return undefined;
    const step = architecture.step(code, at);
    if (!step || step.end > end) return undefined;
    steps.set(at, step);
    at = step.end;
  }
  for (const { jump } of steps.values()) if (jump !== undefined && jump >= start && jump < end && !steps.has(jump)) return undefined;
  return steps;
};

/**
 * Follows values through one function: every way through it, joined where ways meet.
 * `entries` are the places in it that are reached from elsewhere, with registers unknown.
 * Undefined where its code cannot be read; then nothing is claimed about it.
 */
export const follow = (
  code: Code,
  range: Owner,
  entries: ReadonlySet<number>,
  architecture: Architecture,
  total: Work,
): Followed | undefined => {
  const { start, end } = range;
  if (end - start > MAX_FUNCTION_BYTES) return undefined;
  const steps = stepsOf(code, range, architecture, total);
  if (!steps) return undefined;
  const owner = `${code.base}+${start}`;
  const unknown = (): State => Array.from({ length: architecture.registers }, () => UNKNOWN);
  const first = unknown();
  for (const [i, register] of architecture.arguments.entries())
    first[register] = [{ kind: "address", base: argumentBase(owner, i + 1), offset: 0 }];
  first[architecture.stack] = [{ kind: "address", base: frameBase(owner), offset: 0 }];

  const states = new Map<number, State>([[start, first]]);
  const waiting = [start];
  const reach = (at: number, state: State): void => {
    const before = states.get(at);
    if (!before) states.set(at, [...state]);
    else {
      let isNew = false;
      for (let i = 0; i < before.length; i++) {
        const joined = join(before[i]!, state[i]!);
        if (joined === before[i]) continue;
        before[i] = joined;
        isNew = true;
      }
      if (!isNew) return;
    }
    waiting.push(at);
  };
  for (const at of steps.keys()) if (at > start && entries.has(at)) reach(at, unknown());
  const heads = new Set([...states.keys(), ...[...steps.values()].flatMap(({ jump }) => (jump === undefined ? [] : [jump]))]);

  const reached = new Set<number>();
  /** From a head to the next, or to where the way ends. */
  const walk = (head: number, visit: (step: Step, state: State) => void, arrive: (at: number, state: State) => void): number => {
    const state = [...states.get(head)!];
    let count = 0;
    for (let step = steps.get(head); step; step = steps.get(step.end)) {
      count++;
      reached.add(step.at);
      visit(step, state);
      apply(step, state, architecture, owner);
      if (step.jump !== undefined && steps.has(step.jump)) arrive(step.jump, state);
      if (!step.next) break;
      if (heads.has(step.end)) {
        arrive(step.end, state);
        break;
      }
    }
    return count;
  };
  let work = steps.size * MAX_ROUNDS;
  // What no way leads to is the target of a table of jumps, or comes after a trap: there registers may hold anything.
  for (const at of steps.keys()) {
    if (!reached.has(at) && waiting.length === 0) reach(at, unknown());
    for (let head = waiting.pop(); head !== undefined; head = waiting.pop()) {
      const count = walk(head, () => {}, reach);
      work -= count;
      total.left -= count;
      if (work < 0 || total.left < 0) return undefined;
    }
  }

  const [calls, stores]: [SeenCall[], SeenStore[]] = [[], []];
  const visit = (step: Step, state: State): void => {
    const { at, end, call, jump } = step;
    for (const store of step.stores ?? []) {
      const to = placeOf(store.to, state);
      if (to) stores.push({ function: range, owner, to, values: evaluate(store.from, state) });
    }
    const handed = (): Values[] => architecture.arguments.map((register) => state[register]!);
    if (call) calls.push({ function: range, owner, at, end, target: evaluate(call.target, state), arguments: handed() });
    else if (jump !== undefined && !steps.has(jump))
      calls.push({ function: range, owner, at, end, target: [{ kind: "address", base: code.base, offset: jump }], arguments: handed() });
  };
  for (const head of [...states.keys()].sort((a, b) => a - b)) walk(head, visit, () => {});
  return { calls, stores };
};
