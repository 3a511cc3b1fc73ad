import type { Finding } from "../findings/model.ts";
import { literal, oneLine } from "./plain.ts";

// Markdown as hosts of repositories read it (GitHub Flavored Markdown; GitLab's is a superset of it), where an @name rings somebody's bell and a
// #12 links an issue, however it is escaped, unless it stands in code.

/** Letters and sentence marks: what means nothing to any dialect. */
const PLAIN = /^["'(]*[A-Za-z]+(?:[-'][A-Za-z]+)*[)"',.;:?!]*$|^\(?\d+[),.;:?!]*$/;

/** A name, path or type as code. Where backticks or a table's bars would end it, the same with every mark as a character reference. */
export const code = (text: string): string => {
  const line = literal(text);
  if (line === "") return "";
  return /[`|\\]/.test(line) ? `<code>${line.replace(/[!-/:-@[-`{-~]/g, (mark) => `&#${mark.charCodeAt(0)};`)}</code>` : `\`${line}\``;
};

const wordText = (word: string, names: ReadonlySet<string>): string => {
  const [, open, inner, close, marks] = /^(\(?)(.*?)(\)?)([,.;:?!]*)$/.exec(word)!;
  if (PLAIN.test(word) && !names.has(inner!)) return word;
  if (inner === "") return code(word);
  return (open === "" ? code(inner! + close!) : open! + code(inner!) + close!) + marks!;
};

/** A sentence: words as they are, everything else (names, versions, paths) as code. Safe in a paragraph, a list and a cell of a table. */
export const sentence = (text: string, names: ReadonlySet<string> = new Set()): string =>
  oneLine(text)
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => wordText(word, names))
    .join(" ");

/** Sentences on a finding, where names that look like words are code as well. */
export const sentenceOn = ({ subject, interface: taken, facts }: Finding): ((text: string) => string) => {
  const names = new Set([subject, taken?.name ?? "", facts["rule"] ?? ""]);
  return (text) => sentence(text, names);
};
