import { visible } from "../shared/visible.ts";
import type { Evidence } from "./model.ts";
import { CONFIRMATIONS } from "../shared/vocabulary.ts";
import { crcText } from "../shared/crc.ts";

/** A line of evidence: where it comes from (a kernel, or nothing) and what stands there. */
export interface EvidenceLine {
  readonly from: string;
  readonly text: string;
}

const list = (names: readonly string[]): string => (names.length > 0 ? names.map(visible).join(", ") : "none");

const offsetText = (offset: number | undefined): string => (offset === undefined ? "" : ` at byte ${offset}`);

const btfText = ({ state, type, offset, source }: Extract<Evidence, { kind: "btf" }>): string => {
  if (state === "absent") return `not in ${source}`;
  if (state === "unknown") return "cannot be told from BTF";
  return type === undefined ? "there" : `${type}${offsetText(offset)}${state === "refused" ? ", which libbpf refuses" : ""}`;
};

/** Evidence as one line of words, the same in every format. */
export const evidenceLine = (evidence: Evidence): EvidenceLine => {
  switch (evidence.kind) {
    case "promise": {
      const who = evidence.by ? `promised by ${evidence.by}` : "promised by nobody";
      const source = evidence.source ? `, after ${evidence.source}` : "";
      return { from: "", text: visible(`${evidence.level}: ${who}${source} (${evidence.at.file}:${evidence.at.line})`) };
    }
    case "export": {
      const namespace = evidence.namespace === undefined ? "" : ` in namespace ${evidence.namespace}`;
      return { from: visible(evidence.kernel), text: visible(`${evidence.type || "exported"}${namespace}, by ${evidence.exporter}`) };
    }
    case "absent":
      return {
        from: visible(evidence.kernel),
        text: visible(evidence.name === undefined ? `not in ${evidence.source}` : `${evidence.name} is neither exported nor in a header`),
      };
    case "crc":
      return {
        from: visible(evidence.kernel),
        text: `built against ${crcText(evidence.built)}, the kernel has ${crcText(evidence.kernelCrc)}`,
      };
    case "signature":
      return { from: visible(evidence.kernel), text: visible(evidence.signature) };
    case "declared":
      return { from: visible(evidence.kernel), text: visible(`${evidence.name} is declared in <${evidence.header}> and not exported`) };
    case "list": {
      const { list: name, file, line, crc, reason } = evidence;
      const where =
        line === undefined
          ? `not in ${file}`
          : `${file}:${line}${crc === undefined ? "" : `, ${crcText(crc)}`}${reason === undefined ? "" : `, ${reason}`}`;
      return { from: visible(name), text: visible(where) };
    }
    case "btf":
      return { from: visible(evidence.kernel), text: visible(btfText(evidence)) };
    case "compiled":
      return { from: "compiled", text: visible(`${evidence.type}${offsetText(evidence.offset)}`) };
    case "declares": {
      const { kernel, name, header, text } = evidence;
      const nothing = name.endsWith(".h") ? `there is no ${name}` : `no header declares ${name}`;
      const what = header === undefined ? nothing : text === undefined ? `<${header}>` : `${text}, in <${header}>`;
      return { from: visible(kernel), text: visible(what) };
    }
    case "condition":
      return { from: "", text: visible(`under ${evidence.text} (${evidence.file}:${evidence.line})`) };
    case "compiler":
      return { from: visible(evidence.kernel), text: visible(evidence.message ?? CONFIRMATIONS[evidence.confirmation]) };
    case "document":
      return { from: "", text: visible(`${evidence.file}: ${evidence.what}`) };
    case "licence":
      return { from: "", text: `MODULE_LICENSE: ${list(evidence.tags)}` };
    case "imports":
      return { from: "", text: `namespaces imported: ${list(evidence.namespaces)}` };
    case "names": {
      const more = evidence.count > evidence.names.length ? ` and ${evidence.count - evidence.names.length} more` : "";
      return { from: visible(evidence.kernel ?? ""), text: `${list(evidence.names)}${more}` };
    }
  }
};
