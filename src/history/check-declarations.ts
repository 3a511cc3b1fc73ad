import type { Btf } from "../inputs/btf/btf.ts";
import type { Findings, IndexedFacts } from "../kernels/headers/check.ts";
import { compareFunctions, compareMembers, compareMemberTypes, type Comparison } from "./check-btf.ts";

// What an index of headers must fit before it is shipped, beside the release before it: what the compiler saw of its types.

const percent = (part: number, whole: number): string => (whole === 0 ? "–" : `${((100 * part) / whole).toFixed(2)} %`);

/** Least shares that must agree. What differs is listed: structs of drivers that have a public one's name, and members by #include. */
const LEAST_AGREEING = { "structs, by the names of their members": 0.99, "types of members": 0.995, "types of functions": 0.985 } as const;

/** Compares a release with the BTF of its kernel. */
export const checkWithBtf = ({ about, facts }: IndexedFacts, btf: Btf): Findings => {
  const compared: Readonly<Record<keyof typeof LEAST_AGREEING, Comparison>> = {
    "structs, by the names of their members": compareMembers(facts, btf),
    "types of members": compareMemberTypes(facts, btf),
    "types of functions": compareFunctions(facts, btf),
  };
  const wrong: string[] = [];
  const text = Object.entries(compared).map(([what, { compared: all, agree, explained, differ }]) => {
    if (agree < LEAST_AGREEING[what as keyof typeof LEAST_AGREEING] * all)
      wrong.push(`${about.release}: ${what}: only ${agree} of ${all} agree`);
    const reasons = [...explained].sort().map(([reason, count]) => `    ${count}: ${reason}\n`);
    return (
      `  ${what}: ${all} in both, ${agree} agree with BTF (${percent(agree, all)}), ${differ.length} differ without a known reason\n${reasons.join("")}` +
      differ
        .map(({ name, here, btf: there }) => `    ${name}\n      here ${here.slice(0, 200)}\n      BTF  ${there.slice(0, 200)}\n`)
        .join("")
    );
  });
  return { text: `${about.release} and its BTF\n${text.join("")}`, wrong };
};
