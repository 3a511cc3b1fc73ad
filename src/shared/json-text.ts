import { jsonOf } from "./json.ts";
import { MAX_YAML } from "./limits.ts";
import { parseYaml, type YamlText } from "./yaml.ts";

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
