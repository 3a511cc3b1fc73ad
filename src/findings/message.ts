import { visible } from "../shared/visible.ts";
import type { Finding, RuleText } from "./model.ts";

/** What the source calls a symbol, in parentheses: seen in the debug information, or one of what headers make it of. */
export const writtenNote = ({ written, perhaps }: Readonly<Record<string, string>>): string =>
  written ? ` (${visible(written)} in the source)` : perhaps ? ` (from ${visible(perhaps)})` : "";

/**
 * Fills a rule's template with a finding's facts: the one place where sentences are made, so that no two formats disagree.
 * Facts come from untrusted inputs and are made visible here; a reporter still escapes for its own medium.
 */
const fill = (template: string, finding: Finding, rule: RuleText): string =>
  template.replace(/\{([a-z-]+)\}/g, (whole, name: string) => {
    const fact = finding.facts[name];
    if (fact === undefined) return whole;
    const words = rule.words[name]?.[fact] ?? visible(fact);
    // Whoever reads the finding looks for what the source says, whoever checks it for what the symbol table says.
    return name === "name" ? `${words}${writtenNote(finding.facts)}` : words;
  });

export const messageOf = (finding: Finding, rule: RuleText): string => fill(rule.message, finding, rule);

/** What to do instead; nothing where the rule has no words for it, or where what they speak of is not known of this finding. */
export const insteadOf = (finding: Finding, rule: RuleText): string | undefined => {
  const names = [...(rule.instead ?? "").matchAll(/\{([a-z-]+)\}/g)].map((each) => each[1]!);
  return rule.instead === undefined || names.some((name) => finding.facts[name] === undefined)
    ? undefined
    : fill(rule.instead, finding, rule);
};
