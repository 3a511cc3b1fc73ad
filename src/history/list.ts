import { readFileSync } from "node:fs";
import * as z from "zod";
import { validate } from "../shared/validate.ts";
import { parseYaml } from "../shared/yaml.ts";

const Entry = z.strictObject({
  name: z.string().min(1),
  suite: z.string().min(1),
  headers: z.string().min(1),
  source: z.string().min(1),
  version: z.string().min(1),
  sourceVersion: z.string().min(1).optional(),
  declarations: z.boolean().optional(),
});

/** One release of rules/history/releases.yaml, whose head says what each field is. */
export type Entry = z.output<typeof Entry>;

/** Reads the list of releases, oldest first. @throws InputError with each wrong line. */
export const readList = (file: string): readonly Entry[] => validate(parseYaml(readFileSync(file, "utf8"), file), z.array(Entry));
