import type { KernelExport } from "../kernels/model.ts";
import type { ListEntry, VendorList } from "../kernels/lists/model.ts";
import { compileSeverities } from "../kernels/lists/severities.ts";
import { compileGlobs } from "../shared/glob.ts";

/** A vendor's list under the name that the policy gives it. */
export interface NamedList {
  readonly name: string;
  readonly list: VendorList;
  /** What being on it means: kept, or for the vendor's own modules alone, or not to be used. */
  readonly is: "stable" | "protected" | "denied";
  /** The list that it succeeds. */
  readonly after?: string;
}

/** What a list says of a symbol. */
export interface Listing {
  readonly list: NamedList;
  readonly entry?: ListEntry;
  readonly isListed: boolean;
  /** SUSE's severities ask by module and namespace: without a kernel's export they say nothing. */
  readonly isKnown: boolean;
}

/** The lists of a run, made ready to be asked. */
export interface Lists {
  readonly stable: readonly NamedList[];
  /** Of the stable ones those that no other succeeds: what a module must be on today. */
  readonly current: readonly NamedList[];
  ask(list: NamedList, name: string, offer: KernelExport | undefined): Listing;
  of(is: NamedList["is"]): readonly NamedList[];
  /** Lists by their names (globs). */
  named(globs: string | readonly string[]): readonly NamedList[];
}

/** SUSE's severities list no symbols: what no rule lets pass is kept (kabi/severities, the default is FAIL). */
const severityTest = ({ rules }: VendorList): ((name: string, offer: KernelExport) => boolean) => {
  const severity = compileSeverities(rules);
  return (symbol, offer) => {
    const of = { symbol, module: offer.exporter, ...(offer.namespace !== undefined && { namespace: offer.namespace }) };
    return severity(of).verdict === "FAIL";
  };
};

export const compileLists = (lists: readonly NamedList[]): Lists => {
  const severities = new Map(lists.filter(({ list }) => list.format === "suse-severities").map((each) => [each, severityTest(each.list)]));
  const stable = lists.filter(({ is }) => is === "stable");
  const succeeded = new Set(lists.flatMap(({ after }) => after ?? []));
  return {
    stable,
    current: stable.filter(({ name }) => !succeeded.has(name)),
    ask: (list, name, offer) => {
      const kept = severities.get(list);
      const entry = list.list.symbols.get(name);
      return {
        list,
        ...(entry && { entry }),
        isListed: kept ? offer !== undefined && kept(name, offer) : entry !== undefined,
        isKnown: !kept || offer !== undefined,
      };
    },
    of: (is) => lists.filter((each) => each.is === is),
    named: (globs) => {
      const test = compileGlobs(globs);
      return lists.filter(({ name }) => test(name));
    },
  };
};
