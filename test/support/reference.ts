import type { ResolvedPolicy } from "../../src/policy/model.ts";
import { FIELDS } from "../../src/policy/fields.ts";
import { PLACEHOLDERS } from "../../src/policy/placeholders.ts";
import { BUDGET_STATES, INTERFACE_KINDS, LEVELS, ODDITIES, ORIGINS, SIGHTINGS, WAIVER_STATES } from "../../src/shared/vocabulary.ts";

const cell = (text: string): string => text.trim().replaceAll("\n", " ").replaceAll("|", "\\|");
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.map(cell).join(" | ")} |`).join("\n");
const words = (list: Readonly<Record<string, string>>): string => table(["word", "means"], Object.entries(list));

const SCOPES = {
  use: "a use alone",
  subject: "its subject",
  kernel: "what a kernel says of it (a rule that asks for such a fact is judged on each kernel)",
  prediction: "what is predicted of a source's build on a kernel (not to be mixed with remarks)",
  remark: "a subject or the policy as a whole (not to be mixed with facts of a use)",
} as const;

/** The reference of rules, promises and their vocabulary, as `rules/README.md` holds it. */
export const referenceText = ({ rules, promises }: ResolvedPolicy, ids: { readonly recommended: ResolvedPolicy }): string => {
  const inForce = new Map(ids.recommended.rules.map(({ id, severity }) => [id, severity]));
  return `# What abi-lint judges by

Written by the tests from the files in this folder and from the code (\`npx vitest run -u --config test/vitest.config.ts --project hermetic\`); not to be edited by hand.

## Rules

One file each. The severity is that of the preset \`recommended\`, and the rule's own where it differs.

${table(
  ["rule", "severity", "title", "why"],
  rules.map(({ id, severity, title, why }) => [
    `[${id}](${id}.yaml)`,
    inForce.get(id) === severity ? severity : `${inForce.get(id)} (own: ${severity})`,
    title,
    why ?? "",
  ]),
)}

## Promises

In the order in which they are tried; the first that matches decides.

${table(
  ["level", "match", "by", "after", "file"],
  promises.map(({ level, match, by, source, at }) => [
    level,
    `\`${JSON.stringify(match)}\``,
    by ?? "nobody",
    source ?? "",
    `${at.file}:${at.line}`,
  ]),
)}

## The fields of \`match\`

Several keys mean all, a list means any; \`any\`, \`all\`, \`not\` and \`unless\` take matches themselves. Names are globs on whole names: \`*\`, \`?\`, \`[…]\`, \`{a,b}\`.

${table(
  ["field", "speaks of", "asks"],
  Object.entries(FIELDS).map(([name, { scope, doc }]) => [`\`${name}\``, SCOPES[scope], doc]),
)}

## Placeholders of a message

${table(
  ["placeholder", "stands for"],
  Object.entries(PLACEHOLDERS).map(([name, doc]) => [`\`{${name}}\``, doc]),
)}

## Words

Levels, from rock to quicksand:

${words(LEVELS)}

Kinds of interfaces:

${words(INTERFACE_KINDS)}

Origins: ${Object.entries(ORIGINS)
    .map(([word, doc]) => `\`${word}\` (${doc})`)
    .join(", ")}.

How sure it is that a name is reached at run time (\`seen\`):

${words(SIGHTINGS)}

What of a module does not add up (\`oddity\`):

${words(ODDITIES)}

What is wrong with a waiver (\`waiver\`):

${words(WAIVER_STATES)}

What a budget says (\`budget\`):

${words(BUDGET_STATES)}
`;
};
