import { visible } from "../../shared/visible.ts";

/** Text that is HTML already; everything else is escaped where it is put in. */
export interface Markup {
  readonly html: string;
}

export type Piece = Markup | string | number | false | undefined | readonly Piece[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Safe as text and within a quoted attribute. What reorders or hides text is shown as its code, and so is what no HTML file may hold. */
const escape = (text: string): string =>
  visible(text)
    .replace(/[\p{Cs}\p{Noncharacter_Code_Point}]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`)
    .replace(/[&<>"']/g, (char) => ENTITIES[char]!);

const textOf = (piece: Piece): string => {
  if (piece === undefined || piece === false) return "";
  if (typeof piece === "object") return "html" in piece ? piece.html : piece.map(textOf).join("");
  return escape(String(piece));
};

/** The indentation of the source is no part of the page. */
const trimmed = new WeakMap<TemplateStringsArray, readonly string[]>();
const trim = (strings: TemplateStringsArray): readonly string[] => {
  const known = trimmed.get(strings) ?? strings.map((string) => string.replaceAll(/\n\s*/g, "\n"));
  trimmed.set(strings, known);
  return known;
};

/** HTML with values in it: texts escaped, lists one after the other, nothing for `false` and `undefined`. */
export const html = (strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup => ({
  html: trim(strings).reduce((text, string, index) => text + textOf(pieces[index - 1]) + string),
});

/** Text of our own that holds no names: the style, the script, the path of a drawing. */
export const raw = (text: string): Markup => ({ html: text });

/** Text of several lines, as YAML folds it, on one. */
export const prose = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, " ");
