import type { Attributes } from "./attributes.ts";
import { definitionsOf, type PendingSource } from "./source.ts";

interface Candidate {
  readonly file: string;
  readonly signature?: string;
  readonly rank: number;
  /** Whether the public header gives the name the same type: of two files that define it, the one the compiler checked against that header. */
  readonly agrees: boolean;
}

/** Parts of arch/x86 that are programs of their own: the boot loader's half, kexec's, and the user-mode kernel. */
const NOT_THE_KERNEL =
  /^(arch\/(?!x86\/)|arch\/x86\/(boot|purgatory|realmode|tools|um)\/|tools\/|scripts\/|samples\/|Documentation\/|usr\/)/;

/** What only a 32-bit x86 or a kernel without an MMU or SMP builds; Kbuild's word on that is not among the inputs. */
const OF_OTHER_BUILDS = /_32\.[cS]$|i[3-6]86|\/(srcu)?tiny\.c$|^mm\/(nommu|slob|percpu-km)\.c$|^kernel\/up\.c$|^drivers\/staging\//;

/** Lower is better: a file of this architecture's kernel, that exports the name itself, of arch/x86 before lib/, of a live branch. */
const rankOf = (file: string, exportsIt: boolean, live: boolean): number =>
  (NOT_THE_KERNEL.test(file) ? 16 : 0) +
  (OF_OTHER_BUILDS.test(file) ? 8 : 0) +
  (live ? 0 : 4) +
  (exportsIt ? 0 : 2) +
  (file.startsWith("arch/x86/") ? 0 : 1);

const isBetter = (candidate: Candidate, known: Candidate): boolean => {
  if (candidate.rank !== known.rank) return candidate.rank < known.rank;
  if (candidate.agrees !== known.agrees) return candidate.agrees;
  return candidate.file < known.file;
};

/** The file that defines each name: the one that exports it too, if there is one. */
export const definingFiles = (
  sources: readonly PendingSource[],
  attributes: Attributes,
  headers: ReadonlyMap<string, { readonly signature?: string }>,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, { readonly file: string; readonly signature?: string }> => {
  const best = new Map<string, Candidate>();
  for (const source of sources) {
    const exports = new Set(source.exports);
    for (const { name, signature, live } of definitionsOf(source, attributes)) {
      if (!wanted.has(name)) continue;
      const agrees = signature !== undefined && headers.get(name)?.signature === signature;
      const candidate = { file: source.path, ...(signature && { signature }), rank: rankOf(source.path, exports.has(name), live), agrees };
      const known = best.get(name);
      if (known === undefined || isBetter(candidate, known)) best.set(name, candidate);
    }
  }
  return new Map([...best].map(([name, { file, signature }]) => [name, { file, ...(signature && { signature }) }]));
};
