import type { Kernel } from "../../kernels/model.ts";
import { isSince } from "../version.ts";
import type { Context } from "../context.ts";
import { wordPredicate } from "./predicate.ts";

/** EXPORT_SYMBOL_FOR_MODULES: the namespace itself lists who may use it (Documentation/core-api/symbol-namespaces.rst). */
export const MODULE_PREFIX = "module:";

/** 6.12.y has the macro without the checks: there such a namespace is one like any other. What a kernel's name does not tell is taken for a new one. */
export const checksModuleNamespaces = ({ name }: Kernel): boolean => isSince(name, "6.16") ?? true;

const fold = (name: string): string => name.replaceAll("-", "_");

/** Whether a `module:a,b*` namespace names a module: a comma list, a glob only as a tail `*`, `-` and `_` alike (kernel/module/main.c). */
const allows = (namespace: string, module: string): boolean =>
  namespace
    .slice(MODULE_PREFIX.length)
    .split(",")
    .some((entry) => (entry.endsWith("*") ? fold(module).startsWith(fold(entry.slice(0, -1))) : fold(entry) === fold(module)));

/** Whether a subject may use what a kernel exports, as far as namespaces go. */
export const accessOf = ({ subject, view }: Context): "none" | "imported" | "missing" | "allowed" | "restricted" | undefined => {
  if (!view?.found) return undefined;
  const { namespace } = view.found;
  if (namespace === undefined) return "none";
  if (namespace.startsWith(MODULE_PREFIX) && checksModuleNamespaces(view.kernel))
    return allows(namespace, subject.name) ? "allowed" : "restricted";
  return subject.imports.includes(namespace) ? "imported" : "missing";
};

export const namespaceAccess = wordPredicate(accessOf);
