// What a source takes from kernel headers, as uses like any other's.

import type { HeaderName, ReleaseHeaders } from "../../kernels/headers/model.ts";
import type { Place, SourceFacts } from "../../kernels/source/model.ts";
import { kernelTag } from "../../kernels/source/world.ts";
import type { InterfaceKind } from "../../shared/vocabulary.ts";
import type { Use } from "../../usage/model.ts";
import type { Declares, Prediction } from "./model.ts";

const KIND_OF_FORM = {
  function: "header-function",
  inline: "header-function",
  variable: "header-function",
  macro: "macro",
  constant: "constant",
  typedef: "kernel-type",
} as const satisfies Record<HeaderName["form"], InterfaceKind>;

const useOf = (kind: InterfaceKind, name: string, places: readonly Place[]): Use => ({
  kind,
  name,
  weak: false,
  origin: "author",
  sites: places.map(({ file, line, column }) => ({ file, line, column })),
});

/**
 * What a source takes from a release's headers: what none of them declares is its own, or another module's.
 * Each once, with every place of it, by kind and name.
 */
export const usesOfSource = ({ units }: SourceFacts, headers: ReleaseHeaders, shown: (file: string) => string): readonly Use[] => {
  const found = new Map<string, { readonly kind: InterfaceKind; readonly name: string; readonly places: Map<string, Place> }>();
  const add = (kind: InterfaceKind, name: string, place: Place): void => {
    const key = `${kind} ${name}`;
    let entry = found.get(key);
    if (entry === undefined) found.set(key, (entry = { kind, name, places: new Map() }));
    const placed = { ...place, file: shown(place.file) };
    entry.places.set(`${placed.file}:${place.line}:${place.column}`, placed);
  };
  for (const unit of units)
    for (const use of unit.uses) {
      if (use.kind === "include") {
        if (headers.hasHeader(use.header)) add("header", use.header, use.place);
      } else if (use.kind === "name" || (use.kind === "call" && use.through === undefined)) {
        const name = use.kind === "name" ? use.name : use.callee;
        const entry = headers.names(name).find(({ header }) => unit.reached.has(header));
        if (entry) add(KIND_OF_FORM[entry.form], name, use.place);
      } else if (use.kind === "tag") {
        if (kernelTag(headers, use.tag).tag) add("kernel-type", use.tag, use.place);
      } else if (use.kind === "member") {
        if (kernelTag(headers, use.tag).tag?.members.some(({ name }) => name === use.member))
          add("struct-member", `${use.tag}.${use.member}`, use.place);
      }
    }
  return [...found.values()]
    .map(({ kind, name, places }) => useOf(kind, name, [...places.values()]))
    .sort((a, b) => (a.kind === b.kind ? (a.name < b.name ? -1 : 1) : a.kind < b.kind ? -1 : 1));
};

const kindOf = ({ kind, subject, before, after }: Prediction): InterfaceKind => {
  if (kind === "flag-ignored") return "kbuild-variable";
  if (kind === "header-gone" || (kind === "include-lost" && subject.endsWith(".h"))) return "header";
  if (/^(struct|union|enum) /.test(subject)) return subject.includes(".") ? "struct-member" : "kernel-type";
  const form: Declares["form"] | undefined = (before[0] ?? after[0])?.form;
  return form === undefined || form === "struct" || form === "member" ? "header-function" : KIND_OF_FORM[form];
};

/** The use that a prediction is about. */
export const useOfPrediction = (prediction: Prediction): Use => useOf(kindOf(prediction), prediction.subject, prediction.places);
