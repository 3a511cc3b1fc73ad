/** A word that no shell expands, splits or needs quoted. @throws where the definition has another, which is a fault of it */
export const plain = (word: string): string => {
  if (!/^[\w.+-]+$/.test(word)) throw new Error(`"${word}" cannot stand in a completion script`);
  return word;
};

/** Several of them, with blanks between. */
export const plainWords = (words: readonly string[]): string => words.map(plain).join(" ");

/** In single quotes, as bash and zsh read them. */
export const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
