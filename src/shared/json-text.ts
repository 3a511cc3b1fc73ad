import { MAX_YAML } from "./limits.ts";
import { parseYaml, type YamlText } from "./yaml.ts";

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
const jsonOf = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return hasTwins(text) ? undefined : value;
  } catch {
    return undefined;
  }
};

/**
 * A text that programs write and people may: JSON is taken as it is, and read once more for its places only where one is asked for;
 * all else is YAML. @throws InputError as `parseYaml` does.
 */
export const parseJsonOrYaml = (text: string, file: string): YamlText => {
  const value = text.length > MAX_YAML ? undefined : jsonOf(text);
  if (value === undefined) return parseYaml(text, file);
  let placed: YamlText | undefined;
  const places = (): YamlText => (placed ??= parseYaml(text, file));
  return { file, value, placeOf: (path) => places().placeOf(path), problem: (...about) => places().problem(...about) };
};
