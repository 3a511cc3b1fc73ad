// What a kernel's headers say of a use of theirs.

import type { Evidence } from "../../findings/model.ts";
import type { HeaderName } from "../../kernels/headers/model.ts";
import type { Kernel } from "../../kernels/model.ts";
import type { InterfaceKind } from "../../shared/vocabulary.ts";
import type { Use } from "../../usage/model.ts";
import type { Declares } from "./model.ts";

/** What a release declares, as C writes it. */
export const textOf = (name: string, { form, type, parameters, isVariadic = false }: Declares): string => {
  if (form !== "macro") return type ?? name;
  if (parameters === undefined) return `#define ${name}`;
  const list = Array.from({ length: isVariadic ? Math.max(parameters - 1, 0) : parameters }, () => "_");
  return `#define ${name}(${[...list, ...(isVariadic ? ["..."] : [])].join(", ")})`;
};

/** What a release declares under a name, or that it declares nothing. */
export const declaresEvidence = (kernel: string, name: string, declared: readonly Declares[]): Evidence[] => {
  if (declared.length === 0) return [{ kind: "declares", kernel, name }];
  return declared.map((each): Evidence => {
    const isHeader = each.header === name;
    return { kind: "declares", kernel, name, header: each.header, ...(!isHeader && { text: textOf(name, each) }) };
  });
};

const OF_HEADERS: ReadonlySet<InterfaceKind> = new Set(["header", "header-function", "macro", "constant", "struct-member", "kernel-type"]);

/** At most so many declarations of a name are shown. */
export const MAX_DECLARES = 3;

/** A declaration of a release, as a finding shows it. */
export const declaresName = (entry: HeaderName): Declares => {
  const { header, form } = entry;
  if (entry.form === "constant") return { header, form: "constant", type: entry.of };
  if (entry.form === "macro")
    return {
      header,
      form: "macro",
      ...(entry.parameters !== undefined && { parameters: entry.parameters }),
      ...(entry.variadic && { isVariadic: true }),
    };
  return { header, form: form as "function", type: entry.type };
};

const lookUp = ({ kind, name }: Use, kernel: Kernel): readonly Declares[] => {
  const headers = kernel.declared!();
  if (kind === "header") return headers.hasHeader(name) ? [{ header: name, form: "macro" }] : [];
  const [, tag, tagName, member] = /^(struct|union|enum) (\w+)(?:\.(\w+))?$/.exec(name) ?? [];
  if (tag === undefined) return headers.names(name).map(declaresName);
  const found = headers.tag(tag as "struct", tagName!);
  if (!found) return [];
  if (member === undefined) return [{ header: found.header, form: "struct" }];
  const type = found.members.find((each) => each.name === member)?.type;
  return type === undefined ? [] : [{ header: found.header, form: "member", type }];
};

/** What a kernel's headers declare under the name of a use that is theirs to declare; undefined for any other, or where they are not known. */
export const headerEvidence = (use: Use, kernel: Kernel): readonly Evidence[] | undefined =>
  OF_HEADERS.has(use.kind) && kernel.declared
    ? declaresEvidence(kernel.name, use.name, lookUp(use, kernel).slice(0, MAX_DECLARES))
    : undefined;
