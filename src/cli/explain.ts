import { declaredTimelineOf } from "../engine/declared.ts";
import { explain } from "../engine/explain.ts";
import { declaredText } from "../reporters/declared.ts";
import { renderExplanation } from "../reporters/explanation.ts";
import { InputError } from "../shared/input-error.ts";
import { didYouMean, nearest } from "../shared/suggest.ts";
import { dressOf, type DressOptions } from "./dress.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { declaredOrFail, meantBy, wantedOf } from "./explain-declared.ts";
import { explainPromise, explainRule, explainSymbol } from "./explain-policy.ts";
import { gather, type GatherOptions } from "./gather.ts";
import { openHistory, readRates } from "./history.ts";
import type { Io } from "./io.ts";
import { loadRunnablePolicy, mayRunCode } from "./load-code.ts";
import { loadKernels } from "./load-kernels.ts";
import { loadTrustedPolicy, policyFolder } from "./load-policy.ts";
import { replacementsOf, shippedOf } from "./shipped.ts";

export interface ExplainOptions extends GatherOptions, DressOptions {}

/** `abi-lint explain INPUT NAME`: all that is known of what an input takes under one name. */
export const explainUse = async (path: string, name: string, options: ExplainOptions, io: Io): Promise<ExitCode> => {
  const { problems, ...input } = await gather([path], options, io);
  const past = input.past ?? { history: openHistory(io.host), rates: readRates(io.host) };
  if (input.subjects.length === 0) return EXIT.notChecked;
  const explanations = explain({ ...input, past }, name);
  if (explanations.length === 0) {
    const known = new Set(input.subjects.flatMap((subject) => subject.uses.map((use) => use.name)));
    const hint = didYouMean(name, known);
    throw new InputError({ file: io.host.shown(path), message: `does not use "${name}"`, ...(hint !== undefined && { hint }) });
  }
  io.stdout.write(renderExplanation(explanations, { ...dressOf(options, io), uses: false }));
  return problems.length > 0 ? EXIT.notChecked : EXIT.clean;
};

/**
 * `abi-lint explain WHAT`: a rule by its id, a promise by its file and line, a symbol under the policy in force, or what headers alone have: a macro, a
 * constant, `struct foo.bar`, `linux/foo.h`.
 */
export const explainWord = async (word: string, options: ExplainOptions, io: Io): Promise<ExitCode> => {
  const { host, stdout, env } = io;
  const shipped = shippedOf(io);
  const policy = await loadTrustedPolicy(host, shipped, options.policy, options.waiversFrom);
  const { rules } = mayRunCode(options, env) ? (await loadRunnablePolicy(shipped, options, io)).policy : policy;
  const rule = rules.find(({ id }) => id === word);
  const promise = policy.promises.find(({ at }) => `${at.file}:${at.line}` === word);
  if (rule) stdout.write(explainRule(rule));
  else if (promise) stdout.write(explainPromise(promise));
  else {
    const dress = { ...dressOf(options, io), uses: false };
    const wanted = wantedOf(word);
    if (wanted) {
      stdout.write(declaredText(declaredOrFail(openHistory(host), wanted, replacementsOf(shipped)), dress));
      return EXIT.clean;
    }
    const { kernels, problems } = loadKernels(host, options.kernel, policy, policyFolder(host, shipped, options.policy));
    if (problems.length > 0) throw new InputError(problems);
    const history = openHistory(host);
    const isKnown = history.exported(word) !== undefined || history.declared(word) !== undefined;
    const near = nearest(
      word,
      policy.rules.map(({ id }) => id),
    );
    if (near !== undefined && word.includes("-") && !isKnown)
      throw new InputError({ file: word, message: "no rule, promise or symbol", hint: `did you mean "${near}"?` });
    // What is no symbol was taken by nobody, and no promise is about it.
    const ofHeaders = isKnown ? undefined : declaredTimelineOf(history, { kind: "name", name: word }, replacementsOf(shipped));
    if (ofHeaders) {
      stdout.write(declaredText(ofHeaders, dress));
      return EXIT.clean;
    }
    const today = options.today ?? io.today;
    stdout.write(
      explainSymbol(
        word,
        { kernels, policy, past: { history, rates: readRates(host) }, replacements: replacementsOf(shipped), today },
        dress,
      ),
    );
    if (!isKnown) {
      const names = history.releases.map(({ name }) => name);
      stdout.write(`  no release that is known has it, ${names[0]} to ${names.at(-1)}: neither exported nor in a header\n`);
      const meant = meantBy(history, word);
      if (meant !== undefined) stdout.write(`  did you mean "${meant}"?\n`);
    }
  }
  return EXIT.clean;
};
