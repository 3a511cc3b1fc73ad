import type { History } from "../kernels/history/history.ts";
import { kernelOfFacts } from "../kernels/history/imported.ts";
import type { Release } from "../kernels/history/layout.ts";
import { openFacts } from "../kernels/history/read.ts";
import { findRelease } from "../kernels/history/releases.ts";
import type { ListedKernel } from "../kernels/model.ts";
import { collect, InputError, type Problem } from "../shared/input-error.ts";
import { nearest } from "../shared/suggest.ts";
import { checkedHistory } from "./history.ts";
import type { Host } from "./host.ts";
import { openStore } from "./kernel-store.ts";

/** A kernel that is known by name. */
export interface KnownKernel {
  readonly origin: "shipped" | "imported";
  readonly release: Release;
  /** Where it is kept, and what it was made from and how. */
  readonly file: string;
  readonly about: string;
  readonly kernel: ListedKernel;
}

export interface KnownKernels {
  /** Shipped ones, oldest first, then imported ones by name; a file that cannot be read costs only itself. */
  list(): { readonly known: readonly KnownKernel[]; readonly problems: readonly Problem[] };
  /** As --kernel takes a name: an imported kernel's, or a shipped release's or series'. */
  find(name: string): KnownKernel | undefined;
  /** The error for a name that is none of theirs. */
  unknown(name: string): InputError;
}

/** The kernels that abi-lint ships and those that were imported beside a policy. @param folder the policy's. */
export const openKnown = (host: Host, folder: string): KnownKernels => {
  const store = openStore(host, folder);
  let opened: History | undefined;
  const history = (): History => (opened ??= checkedHistory(host));
  const shipped = (number: number): KnownKernel => {
    const { name, about, releases } = history();
    return { origin: "shipped", release: releases[number]!, file: name, about, kernel: history().kernel(number) };
  };
  const imported = (name: string): KnownKernel => {
    const path = store.pathOf(name);
    const file = host.shown(path);
    const facts = openFacts(host.readBytes(path), file);
    // A file that was renamed is known by its new name.
    return {
      origin: "imported",
      kernel: { ...kernelOfFacts(facts, file, store.declarationsOf(name)), name },
      release: facts.releases[0]!,
      file,
      about: facts.about,
    };
  };
  return {
    list: () => {
      const problems: Problem[] = [];
      const known = [
        ...(collect(problems, () => history().releases.map((_, number) => shipped(number))) ?? []),
        ...store.names.flatMap((name) => collect(problems, () => imported(name)) ?? []),
      ];
      return { known, problems };
    },
    find: (name) => {
      if (store.names.includes(name)) return imported(name);
      const number = /^\d+\.\d+/.test(name) ? findRelease(history().releases, name) : undefined;
      return number === undefined ? undefined : shipped(number);
    },
    unknown: (name) => {
      const names = [...store.names, ...history().releases.map((each) => each.name)];
      const near = nearest(name, names);
      const hint = `${near === undefined ? "" : `did you mean "${near}"? `}there are ${names.join(", ")}; abi-lint kernel import adds another`;
      return new InputError({ file: name, message: "no kernel of that name is known, and there is no such file", hint });
    },
  };
};
