// XML 1.0 (https://www.w3.org/TR/xml/): text may hold only the characters of its production [2] Char, escaped or not.

const NOT_CHAR = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const REFERENCES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" } as const;

/** Text for an element or for a quoted attribute of one line. What XML cannot hold becomes U+FFFD; `>` is escaped too, so that no `]]>` remains. */
export const xmlText = (text: string): string =>
  text.replace(NOT_CHAR, "\ufffd").replace(/[&<>"']/g, (mark) => REFERENCES[mark as keyof typeof REFERENCES]);

/** An element with its attributes and what is inside, which must be XML already; no line end of its own. */
export const element = (name: string, attributes: Readonly<Record<string, string | number>>, inside = ""): string => {
  const open = `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${xmlText(String(value))}"`)
    .join("")}`;
  return inside === "" ? `${open}/>` : `${open}>${inside}</${name}>`;
};
