// Conditional inclusion: which of the branches of #if … #endif is read, and how sure that is.

/** 0: ruled out by the configuration or the compiler; 1: hangs on what is not known; 2: read for sure. */
export type Certainty = 0 | 1 | 2;

export interface Branch<State> {
  readonly outer: Certainty;
  /** The reader's state at #if: every branch begins with it. */
  readonly saved: State;
  /** Whether #if stands inside a declaration or body: a dead branch there is no text of its own. */
  readonly midway: boolean;
  /** How sure an #else here would be. */
  readonly left: Certainty;
  readonly now: Certainty;
  readonly muted: boolean;
  /** The state at the end of the surest branch so far: reading goes on with it after #endif. */
  readonly best: { readonly state: State; readonly certainty: Certainty } | undefined;
}

/** What is known of a condition: undefined where nothing is, "presumed" where it holds unless whoever includes the file says otherwise. */
export type Value = boolean | undefined | "presumed" | "presumed not";

const least = (a: Certainty, b: Certainty): Certainty => (a < b ? a : b);

const enter = <State>(
  branch: Omit<Branch<State>, "now" | "muted" | "left">,
  left: Certainty,
  value: Value,
  wasMuted: boolean,
): Branch<State> => {
  const possible = least(left, 1);
  const now = value === true || value === "presumed" ? left : value === false ? 0 : possible;
  const after = value === true ? 0 : value === false || value === "presumed not" ? left : possible;
  return { ...branch, now, left: after, muted: wasMuted || (now === 0 && branch.midway) };
};

export const openBranch = <State>(outer: Branch<State> | undefined, saved: State, midway: boolean, value: Value): Branch<State> => {
  const certainty = outer === undefined ? 2 : outer.now;
  return enter({ outer: certainty, saved, midway, best: undefined }, certainty, value, outer?.muted ?? false);
};

/** A dead branch leaves nothing behind; of live ones the surest does, and of equals the first. */
const finished = <State>(branch: Branch<State>, state: State): Branch<State>["best"] =>
  branch.now > (branch.best?.certainty ?? 0) ? { state, certainty: branch.now } : branch.best;

export const nextBranch = <State>(branch: Branch<State>, outerMuted: boolean, state: State, value: Value): Branch<State> =>
  enter({ outer: branch.outer, saved: branch.saved, midway: branch.midway, best: finished(branch, state) }, branch.left, value, outerMuted);

/** The state after #endif; where no branch was sure, skipping them all counts as one. */
export const closeBranch = <State>(branch: Branch<State>, state: State): State => {
  const best = finished(branch, state);
  return best === undefined || best.certainty < branch.left ? branch.saved : best.state;
};
