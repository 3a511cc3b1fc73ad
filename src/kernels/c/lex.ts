// Where a lexical element of C ends. Every function takes a text and an offset and returns an offset; none looks back, so a scan is linear.

const isWordCode = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95 || (code >= 48 && code <= 57);

const WORD = new Uint8Array(128).map((_, code) => (isWordCode(code) ? 1 : 0));

/** The end of a word or number that begins at `at`. */
export const endOfWord = (text: string, at: number): number => {
  let end = at + 1;
  while (WORD[text.charCodeAt(end)] === 1) end++;
  return end;
};

export const beginsWord = (code: number): boolean => WORD[code] === 1 && (code < 48 || code > 57);

/** The end of a string or character literal; one that is not closed ends with its line, as an apostrophe in `#error don't` does. */
export const endOfLiteral = (text: string, at: number): number => {
  const quote = text.charCodeAt(at);
  for (let end = at + 1; end < text.length; end++) {
    const code = text.charCodeAt(end);
    if (code === quote) return end + 1;
    if (code === 92) end++;
    else if (code === 10) return end;
  }
  return text.length;
};

/** The end of a comment, or `at` where none begins. */
export const endOfComment = (text: string, at: number): number => {
  const second = text.charCodeAt(at + 1);
  if (second !== 42 && second !== 47) return at;
  const end = text.indexOf(second === 42 ? "*/" : "\n", at + 2);
  return end < 0 ? text.length : second === 42 ? end + 2 : end;
};

/** The end of the logical line that `at` lies in: backslash and line end join lines, a comment may run over several. */
export const endOfDirective = (text: string, at: number): number => {
  let end = at;
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (code === 10) return end;
    if (code === 92) end += text.charCodeAt(end + 1) === 13 ? 3 : 2;
    else if (code === 47) end = Math.max(endOfComment(text, end), end + 1);
    else if (code === 34) end = endOfLiteral(text, end);
    else end++;
  }
  return text.length;
};

/** Words, numbers, literals and punctuation of a short text. A token's first character tells what it is. */
export const tokensOf = (text: string): string[] => {
  const tokens: string[] = [];
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    let end = at + 1;
    if (code <= 32 || code === 92) {
      at = end;
      continue;
    }
    if (WORD[code] === 1) end = endOfWord(text, at);
    else if (code === 34 || code === 39) end = endOfLiteral(text, at);
    else if (code === 47 && endOfComment(text, at) > at) {
      at = endOfComment(text, at);
      continue;
    } else if (PAIRS.has(text.slice(at, at + 2))) end = text.startsWith("...", at) ? at + 3 : at + 2;
    tokens.push(text.slice(at, end));
    at = end;
  }
  return tokens;
};

const PAIRS: ReadonlySet<string> = new Set(["&&", "||", "==", "!=", "<=", ">=", "<<", ">>", "->", "##", ".."]);

export const isWord = (token: string | undefined): token is string => token !== undefined && beginsWord(token.charCodeAt(0));

/** The index after the bracket that closes the one at `open`; the length where none does. */
export const afterGroup = (tokens: readonly string[], open: number): number => {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    const token = tokens[at]!;
    if (token === "(" || token === "[" || token === "{") depth++;
    else if ((token === ")" || token === "]" || token === "}") && --depth <= 0) return at + 1;
  }
  return tokens.length;
};
