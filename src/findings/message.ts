import { visible } from "../shared/visible.ts";
import type { Finding, RuleText } from "./model.ts";

/**
 * Fills a rule's template with a finding's facts: the one place where sentences are made, so that no two formats disagree.
 * Facts come from untrusted inputs and are made visible here; a reporter still escapes for its own medium.
 */
const fill = (template: string, finding: Finding, rule: RuleText): string =>
  template.replace(/\{([a-z-]+)\}/g, (whole, name: string) => {
    const fact = finding.facts[name];
    if (fact === undefined) return whole;
    return rule.words[name]?.[fact] ?? visible(fact);
  });

export const messageOf = (finding: Finding, rule: RuleText): string => fill(rule.message, finding, rule);

export const insteadOf = (finding: Finding, rule: RuleText): string | undefined =>
  rule.instead === undefined ? undefined : fill(rule.instead, finding, rule);
