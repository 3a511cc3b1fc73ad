import type { ReleaseHeaders } from "../headers/model.ts";
import type { Declaration, Form, Headers, KernelExport, ListedKernel } from "../model.ts";
import type { Crcs } from "./crcs.ts";
import type { DeclarationIndex } from "../headers/read.ts";
import { compileDocumented, type DocumentedPath } from "./documented.ts";
import type { Release } from "./layout.ts";
import type { Facts, Row } from "./read.ts";

/** Where the parts of a history are: the exports at hand, the rest opened when it is first asked for. */
export interface HistoryFiles {
  readonly exports: Facts;
  /** What to call it, in evidence. */
  readonly name: string;
  readonly headers: () => Facts;
  readonly crcs: () => Crcs;
  /** What the headers of some of the releases declare. */
  readonly declarations?: () => DeclarationIndex;
  /** Whether a release carries CRCs (default: what its configuration says). */
  readonly hasCrcs?: (release: number) => boolean;
}

/** What really happened to the exports of many kernels. */
export interface History {
  readonly name: string;
  readonly about: string;
  /** Oldest first. */
  readonly releases: readonly Release[];
  /** A release as a kernel to judge against. */
  kernel(release: number): ListedKernel;
  /** What the exports say of a name, by attribute: `type`, `namespace`, `exporter`, `source`, `users`, … */
  exported(name: string): Row | undefined;
  /** What the headers say of a name, by attribute: `form`, `header`, `signature`, … */
  declared(name: string): Row | undefined;
  /** What the headers of some releases declare; absent where that is not known of any. */
  readonly declarations?: () => DeclarationIndex;
  /** What Documentation/ABI says of a file. */
  documented(path: string): DocumentedPath | undefined;
  /** Every exported name, sorted. */
  names(): Iterable<string>;
}

/** Stands for the names that a list has no room for. */
const MORE = "…";

/** A function of a name that is asked once for each. */
const once = <T>(make: (name: string) => T): ((name: string) => T) => {
  const known = new Map<string, T>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined || known.has(name)) return found as T;
    const made = make(name);
    known.set(name, made);
    return made;
  };
};

const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
};

/** A history over its opened files. */
export const historyOf = ({ exports, name: source, ...files }: HistoryFiles): History => {
  const { releases } = exports;
  const headers = lazy(files.headers);
  const crcs = lazy(files.crcs);
  const declarations = files.declarations && lazy(files.declarations);
  const hasCrcs = files.hasCrcs ?? ((release) => releases[release]!.config?.modversions ?? false);
  const exported = once((name) => exports.table("exports").find(name));
  const declared = once((name) => headers().table("headers").find(name));
  const documented = lazy(() => compileDocumented(exports));
  const through = once((name) => headers().table("through").find(name));

  const offersOf = (release: number): ((name: string) => KernelExport | undefined) =>
    once((name) => {
      const row = exported(name);
      const type = row?.value("type", release);
      if (!row || type === undefined) return undefined;
      const namespace = row.value("namespace", release);
      return {
        name,
        type,
        exporter: row.value("exporter", release) ?? "",
        ...(namespace !== undefined && { namespace }),
        get crc() {
          return hasCrcs(release) ? crcs()(row.index, release) : 0;
        },
      };
    });

  const headersOf = (release: number): Headers => ({
    find: once((name) => {
      const row = declared(name);
      const form = row?.value("form", release);
      if (row === undefined || form === undefined) return undefined;
      const signature = row.value("signature", release);
      const header = row.value("header", release) ?? "";
      return { form: form as Form, header, ...(signature !== undefined && { signature }) } satisfies Declaration;
    }),
    through: once(
      (name) =>
        through(name)
          ?.value("by", release)
          ?.split(" ")
          .filter((each) => each !== MORE) ?? [],
    ),
  });

  const declaredBy = once((name): (() => ReleaseHeaders) | undefined => {
    const index = declarations?.();
    const number = index?.releases.findIndex((each) => each.release === name) ?? -1;
    return index && number >= 0 ? lazy(() => index.headersOf(number)) : undefined;
  });

  return {
    name: source,
    about: exports.about,
    releases,
    exported,
    declared,
    ...(declarations && { declarations }),
    documented: (path) => documented()(path),
    *names() {
      const table = exports.table("exports");
      for (let index = 0; index < table.size; index++) yield table.at(index).name;
    },
    kernel: (release) => {
      const { name, arch, vermagic, config, exports: size } = releases[release]!;
      return {
        name,
        source,
        size,
        hasCrcs: hasCrcs(release),
        // An imported Module.symvers alone does not say, where the file's form wants a text.
        ...(arch !== "" && { arch }),
        ...(vermagic !== undefined && { vermagic }),
        ...(config?.generator !== undefined && { generator: config.generator }),
        find: offersOf(release),
        *names() {
          const table = exports.table("exports");
          for (let index = 0; index < table.size; index++) {
            const row = table.at(index);
            if (row.value("type", release) !== undefined) yield row.name;
          }
        },
        headers: headersOf(release),
        get declared() {
          return declaredBy(name);
        },
        signatures: once((symbol) => {
          const row = exported(symbol);
          return row ? [row.value("signature", release), row.value("definition", release)].filter((each) => each !== undefined) : [];
        }),
      };
    },
  };
};
