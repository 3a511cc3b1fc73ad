import { bareSubject } from "./bare.ts";
import type { ProgramFacts } from "../inputs/strace-facts.ts";
import type { Oddity } from "../shared/vocabulary.ts";
import type { Subject, Use } from "./model.ts";

const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);

/** By kind and then as the kernel spells them, not as a language would sort them. */
const byKindAndName = (a: Use, b: Use): number => {
  const [left, right] = [`${a.kind} ${a.name}`, `${b.kind} ${b.name}`];
  return left < right ? -1 : left > right ? 1 : 0;
};

const odditiesOf = ({ namesOnly, permission, asked, unresolved }: ProgramFacts): Subject["oddities"] => {
  const all = [`${asked.length} system calls`];
  const found: Partial<Record<Oddity, readonly string[]>> = {
    "names-only": namesOnly ? all : [],
    "permission-not-use": permission ? all : [],
    "paths-unknown": unresolved.count > 0 ? [`${unresolved.count} calls`] : [],
  };
  return Object.entries(found).flatMap(([oddity, names]) => (names.length > 0 ? [{ oddity: oddity as Oddity, names }] : []));
};

/**
 * What a program's facts mean: a subject named after what was executed, else after the file. A use that is weak was asked for and never there: the
 * program ran without it, as far as the log goes.
 */
export const subjectFromProgram = (facts: ProgramFacts, path: string): Subject => ({
  ...bareSubject(baseName(facts.program ?? "") || baseName(path), "program", path),
  oddities: odditiesOf(facts),
  uses: facts.asked
    .map(({ kind, name, count, isMissing, lines }): Use => ({
      kind,
      name,
      weak: isMissing,
      origin: "author",
      ...(count > 0 && { count }),
      sites: lines.map((line) => ({ file: facts.file, line, column: 1 })),
    }))
    .sort(byKindAndName),
});
