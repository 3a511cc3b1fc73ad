const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g;

/** Whether an object of a valid JSON text has a key twice: JSON.parse takes the last and says nothing. */
const hasTwins = (text: string): boolean => {
  const open: Set<string>[] = [];
  for (const [token, colon] of text.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(token.slice(0, -colon.length)) as string;
      if (open.at(-1)!.has(key)) return true;
      open.at(-1)!.add(key);
    }
  }
  return false;
};

/** The value of a JSON text; undefined for any other, and where a key stands twice. */
export const jsonOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return hasTwins(text) ? undefined : value;
  } catch {
    return undefined;
  }
};
