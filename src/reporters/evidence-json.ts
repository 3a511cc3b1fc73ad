import type { Evidence } from "../findings/model.ts";
import { crcText } from "../shared/crc.ts";
import type { JsonFinding } from "./json-schema.ts";

/** Evidence as the JSON reports have it: a CRC is spelt as everywhere. */
export const evidenceJson = (evidence: Evidence): JsonFinding["evidence"][number] => {
  if (evidence.kind === "crc") return { ...evidence, built: crcText(evidence.built), kernelCrc: crcText(evidence.kernelCrc) };
  if (evidence.kind !== "list") return { ...evidence };
  const { crc, ...rest } = evidence;
  return { ...rest, ...(crc !== undefined && { crc: crcText(crc) }) };
};
