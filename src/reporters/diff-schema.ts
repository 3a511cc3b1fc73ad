import * as z from "zod";
import { INTERFACE_KINDS, keysOf, LEVELS } from "../shared/vocabulary.ts";
import { EvidenceJson, PlaceJson, UseJson } from "./json-schema.ts";

// The form of `abi-lint diff --format json` (version 1); published as rules/schema/diff.json.

const Kind = z.enum(keysOf(INTERFACE_KINDS));
const Level = z.enum(keysOf(LEVELS));

const Use = UseJson.extend({
  crc: z.string().optional(),
  written: z.string().optional().meta({ description: "what the source calls it" }),
  perhaps: z.string().optional().meta({ description: "what headers make it of, one of which the source has" }),
  evidence: z.array(EvidenceJson).meta({ description: "the promise that decided" }),
  places: z.array(PlaceJson).min(1),
});

const changed = <T extends [string, ...string[]]>(facts: T) =>
  z.array(z.strictObject({ fact: z.enum(facts), from: z.string(), to: z.string() }));

const count = z.int().min(0);

export const JsonDiff = z.strictObject({
  diff: z.literal(1).meta({ description: "version of this format" }),
  before: z.string(),
  after: z.string(),
  failOnNew: z.array(Level),
  summary: z.strictObject({ taken: count, dropped: count, changed: count, failing: count }),
  subjects: z.array(
    z.strictObject({
      name: z.string(),
      path: z.string(),
      state: z.enum(["added", "removed", "kept"]),
      changes: changed(["licences", "imports", "vermagic", "modversions", "arch"]),
      taken: z.array(Use.extend({ fails: z.boolean().meta({ description: "of a level that --fail-on-new names" }) })),
      dropped: z.array(Use),
      changed: z.array(
        z.strictObject({
          kind: Kind,
          name: z.string(),
          level: Level,
          changes: changed(["binding", "crc", "seen", "origin", "level", "provider"]),
          places: z.array(PlaceJson).min(1),
        }),
      ),
      same: count,
      toolchain: z.strictObject({ taken: count, dropped: count, changed: count }),
    }),
  ),
});

export type JsonDiff = z.output<typeof JsonDiff>;
