import type { BtfVerdict, KernelVerdict, LoadVerdict, RebuildVerdict, SourceVerdict } from "../findings/model.ts";
import type { Kernel } from "../kernels/model.ts";
import type { Gap, RebuildState } from "../shared/vocabulary.ts";
import type { Subject } from "../usage/model.ts";
import { isNeededToLoad, isSpared } from "./btf.ts";
import type { JudgedUse } from "./judge.ts";
import { crcStateOf } from "./predicates/crc.ts";
import { accessOf } from "./predicates/namespace-access.ts";
import { refusersOf } from "./licence.ts";
import type { Remark } from "./remarks.ts";
import type { SourceView } from "./source/model.ts";

/** Without the release, which the loader skips where both sides have CRCs (kernel/module/version.c same_magic). */
const withoutRelease = (vermagic: string): string => vermagic.replace(/^\S*/, "");

const vermagicOf = (subject: Subject, kernel: Kernel): LoadVerdict["vermagic"] => {
  if (subject.vermagic === undefined || kernel.vermagic === undefined) return "not-checked";
  const [built, wanted] = [subject.vermagic.trimEnd(), kernel.vermagic.trimEnd()];
  const hasCrcs = kernel.hasCrcs && subject.modversions !== "none";
  const fits = hasCrcs ? withoutRelease(built) === withoutRelease(wanted) : built === wanted;
  return fits ? "fits" : "differs";
};

const SOURCE_GAPS: ReadonlySet<Gap> = new Set(["source-not-read", "source-not-given", "build-not-understood", "declarations-unknown"]);

const REBUILD_GAPS: ReadonlySet<Gap> = new Set(["rebuild-unknown", "rebuild-unclear", "source-adapts", "other-module"]);

/** Gaps that leave nothing to be said of a module on a kernel. */
const BLIND: ReadonlySet<Gap> = new Set(["other-architecture", "kernel-without-exports"]);

const UNTOLD: ReadonlySet<RebuildState> = new Set(["unclear", "unknown", "foreign", "adapts"]);

/** What each kernel comes to, from what was found of each use and what could not be checked. */
export const verdictsOf = (
  subject: Subject,
  uses: readonly JudgedUse[],
  kernels: readonly Kernel[],
  remarks: readonly Remark[],
  views: readonly SourceView[],
): readonly KernelVerdict[] => {
  switch (subject.kind) {
    case "module":
      return moduleVerdicts(subject, uses, kernels, remarks, views);
    case "source":
      return kernels.map((kernel) => ({ of: "source", kernel: kernel.name, rebuild: sourceVerdict(kernel, views, remarks) }));
    case "bpf-object":
      return kernels.map((kernel) =>
        bpfVerdict(
          uses,
          kernel,
          gapsOn(kernel, remarks).filter((gap) => gap !== "btf-cannot-tell"),
        ),
      );
    case "program":
      return [];
  }
};

const gapsOn = (kernel: Kernel, remarks: readonly Remark[]): readonly Gap[] =>
  remarks.flatMap((remark) => (remark.kernel === kernel && remark.gap ? [remark.gap] : []));

/** What a source's text says of its build on a kernel. */
const sourceVerdict = (kernel: Kernel, views: readonly SourceView[], remarks: readonly Remark[]): SourceVerdict => {
  const view = views.find((each) => each.kernel === kernel);
  // What of its makefiles was not understood may decide nothing; it is said beside the verdict.
  const gaps = gapsOn(kernel, remarks).filter((gap) => gap !== "build-not-understood");
  if (view?.state !== "read") return { state: "not-checked", causes: 0, undecided: 0, names: 0, untyped: 0, gaps };
  const { names, untyped, predictions } = view;
  const causes = predictions.filter(({ prediction }) => prediction.confidence === "sure").length;
  const undecided = predictions.length - causes;
  return {
    state: causes > 0 ? "no" : gaps.length > 0 || undecided > 0 ? "not-checked" : "yes",
    causes,
    undecided,
    names,
    untyped,
    gaps,
  };
};

/** What a kernel's BTF says of all that an object needs to be loaded, and of what its programs attach to after that. */
const bpfVerdict = (uses: readonly JudgedUse[], kernel: Kernel, gaps: readonly Gap[]): KernelVerdict => {
  const seen = uses.flatMap(({ use, views }) => {
    const view = views.find((each) => each.kernel === kernel);
    return view ? [{ use, state: view.btf.state }] : [];
  });
  const verdictOf = (toLoad: boolean): BtfVerdict => {
    const asked = seen.filter(({ use }) => isNeededToLoad(use) === toLoad);
    const bare = asked.filter(({ use }) => !isSpared(use));
    const missing = bare.filter(({ state }) => state === "absent").length;
    const refused = bare.filter(({ state }) => state === "refused").length;
    return {
      state: missing + refused > 0 ? "no" : gaps.length > 0 ? "not-checked" : "yes",
      missing,
      refused,
      retyped: asked.filter(({ state }) => state === "retyped").length,
      untold: asked.filter(({ state }) => state === "unknown").length,
      gaps,
    };
  };
  return { of: "bpf-object", kernel: kernel.name, load: verdictOf(true), attach: verdictOf(false) };
};

const moduleVerdicts = (
  subject: Subject,
  uses: readonly JudgedUse[],
  kernels: readonly Kernel[],
  remarks: readonly Remark[],
  views: readonly SourceView[],
): readonly KernelVerdict[] => {
  const refusers = refusersOf(subject.licences);
  const ofSource = remarks.filter(({ gap }) => gap !== undefined && SOURCE_GAPS.has(gap));
  const symbols = uses.filter(({ use }) => use.kind === "symbol");
  return kernels.map((kernel): KernelVerdict => {
    const gaps = gapsOn(kernel, remarks);
    const against = { missing: 0, crcs: 0, licence: 0, namespaces: 0 };
    const broken = { gone: 0, changed: 0, licence: 0, namespaces: 0 };
    let unclear = 0;
    for (const { use, contexts } of symbols) {
      const context = contexts.find((each) => each.view?.kernel === kernel);
      if (!context?.view) continue;
      const { found, rebuild } = context.view;
      const isGpl = found?.type === "EXPORT_SYMBOL_GPL";
      const access = accessOf(context);
      if (found === undefined && !use.weak) against.missing++;
      if (crcStateOf(context) === "differs") against.crcs++;
      if (isGpl && !use.weak && refusers.includes("loader")) against.licence++;
      if (isGpl && refusers.includes("modpost")) broken.licence++;
      if (access === "missing" || access === "restricted") against.namespaces++;
      if (rebuild.state === "gone" || rebuild.state === "unexported") broken.gone++;
      else if (rebuild.state === "changed") broken.changed++;
      else if (UNTOLD.has(rebuild.state)) unclear++;
    }
    broken.namespaces = against.namespaces;
    const vermagic = gaps.some((gap) => BLIND.has(gap)) ? "not-checked" : vermagicOf(subject, kernel);
    const loadGaps = gaps.filter((gap) => !REBUILD_GAPS.has(gap) && !SOURCE_GAPS.has(gap));
    const refused = vermagic === "differs" || Object.values(against).some((each) => each > 0);
    const load: LoadVerdict = { state: refused ? "no" : loadGaps.length > 0 ? "not-checked" : "yes", ...against, vermagic, gaps: loadGaps };

    const rebuildGaps = gaps.filter((gap) => REBUILD_GAPS.has(gap) || BLIND.has(gap));
    const view = views.find((each) => each.kernel === kernel);
    const source = view?.state === "read" ? sourceVerdict(kernel, views, ofSource) : undefined;
    const breaks = Object.values(broken).some((each) => each > 0) || source?.state === "no";
    const isOpen = rebuildGaps.length > 0 || source?.state === "not-checked";
    const rebuild: RebuildVerdict = {
      state: breaks ? "no" : isOpen ? "not-checked" : "yes",
      ...broken,
      unclear,
      gaps: rebuildGaps,
      ...(source && { source }),
    };
    return { of: "module", kernel: kernel.name, load, rebuild };
  });
};
