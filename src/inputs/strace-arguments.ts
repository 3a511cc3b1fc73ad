/** The arguments of a call as strace writes them, and what follows the closing parenthesis. */
export interface Arguments {
  /** The first ones, at most KEPT, as they are written. */
  readonly list: readonly string[];
  /** Offset behind the closing parenthesis; -1 where the text ends before it. */
  readonly end: number;
}

/** No call has more arguments than this. */
const KEPT = 6;

const isWordCharacter = (code: number): boolean =>
  (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95;

/** Behind a string literal that begins at `at`; the text's length where it does not end. */
const skipString = (text: string, at: number): number => {
  for (let i = at + 1; i < text.length; i++) {
    const char = text[i];
    if (char === "\\") i++;
    else if (char === '"') return i + 1;
  }
  return text.length;
};

/**
 * Behind what strace -y, -yy and -Y write about a descriptor or process: `<…>` that begins at `at`. Paths come with `<` and `>` escaped, so that
 * those inside belong to `<char 136:0>`; of sockets the brackets hold arrows and quoted paths: `<TCP:[127.0.0.1:1->127.0.0.1:2]>`.
 */
const skipAnnotation = (text: string, at: number): number => {
  let depth = 0;
  let brackets = 0;
  const hasBrackets = text[at + 1] !== "/" && text[at + 1] !== "\\";
  for (let i = at; i < text.length; i++) {
    const char = text[i];
    if (hasBrackets && char === "[") brackets++;
    else if (brackets > 0) {
      if (char === "]") brackets--;
      else if (char === '"') i = skipString(text, i) - 1;
    } else if (char === "<") depth++;
    else if (char === ">" && --depth === 0) return i + 1;
  }
  return text.length;
};

/** Reads arguments from behind the opening parenthesis, in one pass. */
export const readArguments = (text: string, start: number): Arguments => {
  const list: string[] = [];
  let depth = 0;
  let from = start;
  const keep = (to: number): void => {
    if (list.length < KEPT) list.push(text.slice(from, to).trim());
    from = to + 1;
  };
  for (let i = start; i < text.length; i++) {
    switch (text[i]) {
      case '"':
        i = skipString(text, i) - 1;
        break;
      case "<":
        // A shift (`1<<CAP_CHOWN`) is no annotation.
        if (text[i + 1] === "<") i++;
        else if (i > start && isWordCharacter(text.charCodeAt(i - 1))) i = skipAnnotation(text, i) - 1;
        break;
      case "(":
      case "[":
      case "{":
        depth++;
        break;
      case "]":
      case "}":
        depth--;
        break;
      case ")":
        if (depth-- === 0) {
          keep(i);
          return { list, end: i + 1 };
        }
        break;
      case ",":
        if (depth === 0) keep(i);
        break;
    }
  }
  keep(text.length);
  return { list, end: -1 };
};

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", v: "\v", f: "\f", '"': '"', "\\": "\\" };

/**
 * The text of a string as strace prints it (src/util.c, string_quote): octal, hexadecimal (-x, -xx) and short escapes. What is not printable ASCII
 * stays escaped, as `\xNN`: names go to people.
 */
const unescape = (written: string): string =>
  written.replace(/\\(?:x([0-9a-f]{2})|([0-7]{1,3})|([ntrvf"\\]))/g, (_, hex?: string, octal?: string, short?: string) => {
    const code =
      hex !== undefined ? Number.parseInt(hex, 16) : octal !== undefined ? Number.parseInt(octal, 8) : ESCAPES[short!]!.charCodeAt(0);
    return code >= 0x20 && code <= 0x7e ? String.fromCharCode(code) : `\\x${code.toString(16).padStart(2, "0")}`;
  });

/** The path of an argument; undefined where it is none (an address, NULL), or was not printed whole. */
export const pathOf = (argument: string | undefined): string | undefined =>
  argument !== undefined && argument.length > 1 && argument.startsWith('"') && argument.endsWith('"')
    ? unescape(argument.slice(1, -1))
    : undefined;

/** The path that strace -y wrote behind a descriptor. */
export const annotatedPath = (argument: string | undefined): string | undefined => {
  const at = argument?.indexOf("<") ?? -1;
  if (at < 0 || !argument!.endsWith(">")) return undefined;
  // `</dev/pts/0<char 136:0>>`
  const path = unescape(argument!.slice(at + 1, -1).replace(/<[a-z]+ \d+:\d+>$/, ""));
  return path.startsWith("/") ? path : undefined;
};

/** A constant by name, however -X has it written: `AT_FDCWD`, `0x5401 /* TCGETS *\/`, `0x5401`. */
export const constantOf = (argument: string | undefined): string | undefined => {
  if (argument === undefined) return undefined;
  const [, number, name] = /^(-?\w+) \/\* (.*) \*\/$/.exec(argument) ?? [];
  return name === undefined || name.includes("???") ? (number ?? argument) : name;
};
