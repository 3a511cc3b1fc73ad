import type { Kernel } from "../kernels/model.ts";
import { callsFit } from "../kernels/signature.ts";
import type { Use } from "../usage/model.ts";
import type { Written } from "./written.ts";

/** Whether what the source wrote for a use is still there on a kernel, as far as exports and headers tell. */
export type Rebuild =
  | { readonly state: "holds" }
  /** Neither exported nor in any header. */
  | { readonly state: "gone"; readonly name: string }
  /** Declared, but not exported: it compiles, and modpost refuses it. */
  | { readonly state: "unexported"; readonly name: string; readonly header: string }
  /** Calls that fit the old type do not fit the new one. */
  | { readonly state: "changed"; readonly name: string; readonly from: string; readonly to: string }
  /** It broke, but the source has code of its own for other kernels wherever it uses it. */
  | { readonly state: "adapts"; readonly name: string }
  /** It depends on which of these names the source wrote, or on what it does with the value. */
  | { readonly state: "unclear"; readonly names: readonly string[] }
  /** Neither this kernel nor the one it was built on exports it, nor a module that was given. */
  | { readonly state: "foreign" }
  /** Its source was read, which tells more. */
  | { readonly state: "read" }
  /** The kernel's headers or types are not known. */
  | { readonly state: "unknown" };

const HOLDS: Rebuild = { state: "holds" };
const UNKNOWN: Rebuild = { state: "unknown" };

/** The normalised types of a name: those it is exported with, else the one its inline function has. */
const typesOf = (kernel: Kernel, name: string): readonly string[] => {
  const exported = kernel.signatures?.(name) ?? [];
  if (exported.length > 0) return exported;
  const declared = kernel.headers?.find(name)?.signature;
  return declared === undefined ? [] : [declared];
};

/** Two kernels' types of a name: it changed only where neither the header's nor the definition's form survives. */
const compareTypes = (name: string, base: Kernel, kernel: Kernel, isAddress: boolean): Rebuild => {
  const [then, now] = [typesOf(base, name), typesOf(kernel, name)];
  if (then.length === 0 || now.length === 0) return { state: "unclear", names: [name] };
  if (then.some((type) => now.includes(type))) return HOLDS;
  // A function that is put into a structure's member changes its type together with the member, if at all.
  const fits = isAddress ? ["unknown"] : then.flatMap((from) => now.map((to) => callsFit(from, to)));
  if (fits.includes("fits")) return HOLDS;
  return fits.includes("unknown") ? { state: "unclear", names: [name] } : { state: "changed", name, from: then[0]!, to: now[0]! };
};

/** Whether a name that the source has compiles and links on a kernel. */
const survives = (name: string, use: Use, base: Kernel | undefined, kernel: Kernel): Rebuild => {
  const offer = kernel.find(name);
  // One CRC, one type: whatever the texts of the two say.
  if (offer && name === use.name && use.crc !== undefined && use.crc !== 0 && use.crc === offer.crc) return HOLDS;
  const declared = kernel.headers?.find(name);
  const form = declared?.form;
  // A macro has no type to compare: it is there, and what it became of is not seen.
  if (form === "macro" || form === "alias") return HOLDS;
  const isAddress = name === use.name && use.sites.length > 0 && use.sites.every((site) => site.variable !== undefined);
  if (offer || form === "inline") {
    const wasMacro = /macro|alias/.test(base?.headers?.find(name)?.form ?? "");
    if (!base || !kernel.headers) return UNKNOWN;
    if (wasMacro) return HOLDS;
    return compareTypes(name, base, kernel, isAddress);
  }
  if (!kernel.headers) return UNKNOWN;
  const wasExported = name === use.name || base?.find(name) !== undefined;
  if (declared) return wasExported ? { state: "unexported", name, header: declared.header } : HOLDS;
  // A name that no header had either is none that the headers can tell of.
  return wasExported || base?.headers?.find(name) ? { state: "gone", name } : { state: "unclear", names: [name] };
};

const isBreak = ({ state }: Rebuild): boolean => state === "gone" || state === "unexported" || state === "changed";

/** One of several names was written: it breaks where each of them would. */
const oneOf = (names: readonly string[], states: readonly Rebuild[]): Rebuild => {
  if (states.every(({ state }) => state === "holds")) return HOLDS;
  if (states.every(isBreak)) return states[0]!;
  if (states.some(({ state }) => state === "unknown")) return UNKNOWN;
  return { state: "unclear", names: names.filter((_, index) => states[index]!.state !== "holds") };
};

/** Whether each place that has a line stands under a condition on the kernel's version. */
const isAdapted = ({ sites }: Use): boolean => {
  const placed = sites.filter(({ line }) => line !== undefined);
  return placed.length > 0 && placed.every(({ guard }) => guard !== undefined);
};

/** Whether one header has both names. */
const isBeside = (a: string, b: string, { headers }: Kernel): boolean => headers?.find(a)?.header === headers?.find(b)?.header;

/** The worst first: what breaks, then what cannot be told. */
const worst = (states: readonly Rebuild[]): Rebuild => states.find(isBreak) ?? states.find(({ state }) => state !== "holds") ?? HOLDS;

/**
 * Whether the source behind a use still compiles and links, as far as exports and headers tell: what the compiler or a header's inline
 * made of it does not count, only what was written.
 * @param base the kernel it was built on, or the nearest that is known. @param written what its source has, as `writtenIn` tells; the same for each kernel.
 */
export const rebuildOf = (use: Use, base: Kernel | undefined, kernel: Kernel, written: () => Written): Rebuild => {
  if (use.kind !== "symbol" || use.origin === "toolchain" || use.weak) return HOLDS;
  // What neither exports is another module's, or nobody's.
  if (base && !kernel.find(use.name) && !base.find(use.name)) return { state: "foreign" };
  if (base === kernel) return HOLDS;
  const ask = (name: string): Rebuild => survives(name, use, base, kernel);
  // What a header's helper became is not known there: the export itself is all that can be asked about.
  if (!kernel.headers) return ask(use.name);
  const { chains, direct } = written();
  const reached = (name: string, names: readonly string[]): Rebuild => {
    const own = ask(name);
    // What is still there as it was is reached by whatever leads to it; and a helper of a macro changes together with the macro.
    const isHelper =
      own.state === "changed" && names.some((each) => each !== name && isBeside(each, name, kernel) && ask(each).state === "holds");
    return own.state === "holds" || isHelper ? HOLDS : oneOf(names, names.map(ask));
  };
  const states = chains.map((names) => reached(names[0]!, names));
  if (direct) states.push(reached(use.name, direct));
  const state = worst(states);
  if (!("name" in state) || !isAdapted(use)) return state;
  return { state: "adapts", name: state.name };
};
