import type { BtfVerdict, KernelVerdict, LoadVerdict, RebuildVerdict, SourceVerdict, SubjectReport } from "../../findings/model.ts";
import type { Gap } from "../../shared/vocabulary.ts";
import { counted } from "./words.ts";

export type State = LoadVerdict["state"];

/** What a kernel says to one question about a subject. */
export interface Answer {
  readonly question: string;
  readonly state: State;
  /** In place of a yes, which would say too much. */
  readonly yes?: string;
  /** What stands against it, or stays open. */
  readonly because: readonly string[];
  readonly gaps: readonly Gap[];
}

/** What the answers come to on one kernel. */
export interface Standing {
  readonly kernel: string;
  readonly state: State;
  /** `holds once rebuilt`. */
  readonly words: string;
  readonly answers: readonly Answer[];
}

const some = (parts: readonly (readonly [count: number, one: string, many: string])[]): readonly string[] =>
  parts.filter(([count]) => count > 0).map(([count, one, many]) => counted(count, one, many));

const loadAnswer = ({ state, missing, crcs, licence, namespaces, vermagic, gaps }: LoadVerdict): Answer => ({
  question: "Loads as built",
  state,
  because: [
    ...some([
      [missing, "symbol missing", "symbols missing"],
      [crcs, "CRC differs", "CRCs differ"],
      [licence, "symbol is GPL-only", "symbols are GPL-only"],
      [namespaces, "symbol in a namespace it may not use", "symbols in namespaces it may not use"],
    ]),
    ...(vermagic === "differs" ? ["vermagic differs"] : []),
    ...(vermagic === "not-checked" && state === "yes" ? ["vermagic not checked"] : []),
  ],
  gaps,
});

const NO_DIFFERENCE = "no difference";

const sourceReasons = ({ causes, undecided, names, untyped, state }: SourceVerdict): readonly string[] => [
  ...some([
    [causes, "cause in its source", "causes in its source"],
    [undecided, "cause undecided", "causes undecided"],
  ]),
  ...(state === "yes" ? [`in ${counted(names, "header name", "header names")}`] : []),
  ...(state === "yes" && untyped > 0 ? [`${counted(untyped, "expression", "expressions")} could not be typed`] : []),
];

const rebuildAnswer = ({ state, gone, changed, licence, namespaces, unclear, gaps, source }: RebuildVerdict): Answer => ({
  question: "Builds anew",
  state,
  ...(source && { yes: NO_DIFFERENCE }),
  because: [
    ...some([
      [gone, "symbol gone", "symbols gone"],
      [changed, "type changed", "types changed"],
      [licence, "symbol is GPL-only", "symbols are GPL-only"],
      [namespaces, "symbol in a namespace it may not use", "symbols in namespaces it may not use"],
      [unclear, "use unclear", "uses unclear"],
    ]),
    ...(source ? sourceReasons(source) : []),
  ],
  gaps: [...gaps, ...(source?.gaps ?? [])],
});

const btfAnswer = (question: string, { state, missing, refused, retyped, untold, gaps }: BtfVerdict): Answer => ({
  question,
  state,
  because: some([
    [missing, "use missing", "uses missing"],
    [refused, "use refused", "uses refused"],
    [retyped, "use of another type", "uses of another type"],
    [untold, "use not told", "uses not told"],
  ]),
  gaps,
});

/** A module holds as it is or once rebuilt: one is enough. */
const moduleStanding = (load: State, rebuild: State): Pick<Standing, "state" | "words"> => {
  if (load === "yes") return { state: "yes", words: "holds as built" };
  if (rebuild === "yes") return { state: "yes", words: "holds once rebuilt" };
  return rebuild === "no" ? { state: "no", words: "does not hold" } : { state: "not-checked", words: "not checked" };
};

/** A BPF object must load, and its programs must find what they attach to. */
const bpfStanding = (states: readonly State[]): Pick<Standing, "state" | "words"> => {
  if (states.includes("no")) return { state: "no", words: "does not hold" };
  return states.includes("not-checked") ? { state: "not-checked", words: "not checked" } : { state: "yes", words: "holds" };
};

/** What a verdict says, question by question, and what that comes to: the one place that knows the kinds of subjects. */
export const standingOf = (verdict: KernelVerdict): Standing => {
  const { kernel } = verdict;
  switch (verdict.of) {
    case "module": {
      const [load, rebuild] = [loadAnswer(verdict.load), rebuildAnswer(verdict.rebuild)];
      return { kernel, ...moduleStanding(load.state, rebuild.state), answers: [load, rebuild] };
    }
    case "source": {
      const { rebuild } = verdict;
      const answer: Answer = {
        question: "Builds",
        state: rebuild.state,
        yes: NO_DIFFERENCE,
        because: sourceReasons(rebuild),
        gaps: rebuild.gaps,
      };
      const words = { yes: "shows no difference", no: "does not build", "not-checked": "not checked" } as const;
      return { kernel, state: rebuild.state, words: words[rebuild.state], answers: [answer] };
    }
    case "bpf-object": {
      const answers = [btfAnswer("Loads", verdict.load), btfAnswer("Attaches", verdict.attach)];
      return { kernel, ...bpfStanding(answers.map(({ state }) => state)), answers };
    }
  }
};

/** The worst of a subject's standings; undefined where no kernel was asked of it. */
export const worstOf = ({ verdicts }: SubjectReport): State | undefined => {
  const states = new Set(verdicts.map((verdict) => standingOf(verdict).state));
  return (["no", "not-checked", "yes"] as const).find((state) => states.has(state));
};
