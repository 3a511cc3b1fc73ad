import type { Headers, Kernel } from "../kernels/model.ts";
import type { Site } from "../shared/vocabulary.ts";
import type { Use } from "../usage/model.ts";

/** Names of which the source has one, and which cannot be told; where it is a single one, it is that. */
type Names = readonly string[];

export interface Written {
  /** By the inlined chains of the debug information: one entry for each inline function that a place came through. */
  readonly chains: readonly Names[];
  /** What leads to the symbol at the other places; absent where there are none. */
  readonly direct?: Names;
}

/** The macros among the names of the headers that lead to a name: they leave no trace in an object. */
const macrosTo = (name: string, headers: Headers): readonly string[] =>
  headers.through(name).filter((each) => /^(macro|alias)$/.test(headers.find(each)?.form ?? ""));

/** The outermost inline function of the kernel's headers that a place came through: what is outside of it, and in a header too, is the project's own. */
const outermostOf = ({ via, written }: Site, headers: Headers | undefined): string | undefined => {
  if (!via || !headers) return via && written;
  return via.map((step) => step.function).findLast((name) => name !== undefined && headers.find(name) !== undefined);
};

/**
 * What the source says where the object says `use.name`. An inline function between them shows itself in the debug information; a macro does not, so what is
 * known of names (rules/data/written-names.yaml) and the headers of the kernel it was built on tell which it may have been.
 */
export const writtenIn = (use: Use, base: Kernel | undefined): Written => {
  const headers = base?.headers;
  const inlines = new Map<Site, string>();
  for (const site of use.sites) {
    const inline = outermostOf(site, headers);
    if (inline !== undefined) inlines.set(site, inline);
  }
  // The outermost inline function may itself have come from a macro.
  const chains = [...new Set(inlines.values())].map((name) => [name, ...(headers ? macrosTo(name, headers) : [])]);
  const hasLines = use.sites.some((site) => site.line !== undefined);
  // Every place that has a line came through an inline function of the headers: nothing else was written.
  if (hasLines && use.sites.every((site) => site.line === undefined || inlines.has(site))) return { chains };
  if (use.written) return { chains, direct: use.written };
  const leads = !headers ? [] : hasLines ? macrosTo(use.name, headers) : headers.through(use.name);
  return { chains, direct: [use.name, ...leads] };
};
