import { checkAfter, type IndexedFacts } from "../kernels/headers/check.ts";
import { factsOf } from "../kernels/headers/facts.ts";
import { readRelease } from "../kernels/headers/release.ts";
import type { SourceFile } from "../kernels/headers/tree.ts";
import { type ReleaseInput, writeDeclarations } from "../kernels/headers/write.ts";
import type { ListedKernel } from "../kernels/model.ts";
import { MAX_HEADERS_TEXT } from "../shared/limits.ts";
import { openHistory } from "./history.ts";
import type { Host } from "./host.ts";
import { declaringOf, type KernelTree } from "./kernel-tree.ts";
import type { Progress } from "./progress.ts";

/** What a file of declarations holds, or why there is none. */
export type Declared = { readonly bytes: Uint8Array; readonly counts: ReleaseInput["release"]["counts"] } | string;

/**
 * A kernel of another configuration, or older than all that are shipped, has fewer names in more of its headers than the next release of the same
 * distribution: 6.1 has in 0.6 % with an eighth of Debian's options, and 5.10 in 0.6 % beside 6.1.
 */
const MOST_EMPTIED = 0.02;

/** The shipped kernel nearest to a version, to compare with: whoever loses his way in a header finds far less in it than was there. */
const nearestTo = (host: Host, version: number): IndexedFacts | undefined => {
  const index = openHistory(host).declarations?.();
  if (index === undefined) return undefined;
  const distances = index.releases.map((release) => Math.abs(release.version - version));
  const nearest = distances.indexOf(Math.min(...distances));
  const about = index.releases[nearest];
  return about && { about, facts: factsOf(index, nearest), isExported: index.headersOf(nearest).isExported };
};

/**
 * What the headers of a tree declare, as it is kept beside a kernel that is imported; or why it is not kept: too much to read, or a reading that does
 * not fit the kernel's own exports and the shipped kernel that is nearest.
 */
export const declarationsOf = (
  host: Host,
  tree: KernelTree,
  { kernel, from, config }: { readonly kernel: ListedKernel; readonly from: string; readonly config: string },
  progress: Progress,
): Declared => {
  const files: SourceFile[] = [];
  let size = 0;
  for (const [path, file] of declaringOf(tree)) {
    const text = Buffer.from(file.read()).toString("latin1");
    size += text.length;
    if (size > MAX_HEADERS_TEXT) return `its headers have more than ${MAX_HEADERS_TEXT} characters`;
    files.push({ path, text });
  }
  progress("works out all that the headers declare");
  const exported = new Set(kernel.names());
  const input = readRelease(files, { release: kernel.name, config, from, exported });
  const after: IndexedFacts = { about: input.release, facts: input.facts, isExported: (name) => exported.has(name) };
  const { wrong } = checkAfter(nearestTo(host, input.release.version), after, MOST_EMPTIED);
  if (wrong.length > 0) return wrong.join("; ");
  return { bytes: writeDeclarations(`imported from ${from}`, [input]), counts: input.release.counts };
};
