// C0 and C1 controls, DEL, and the Unicode marks that reorder or hide text (bidirectional controls, zero width, line separators).
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Untrusted text made safe to print on one line of a terminal: what could move the cursor, recolour or reorder is shown as `\xNN` or `\u{NNNN}`. */
export const visible = (text: string): string =>
  text.replace(UNSAFE, (char) => {
    const code = char.codePointAt(0)!;
    return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
  });
