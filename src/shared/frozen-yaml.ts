import type { Path, YamlText } from "./yaml.ts";

/** A YAML text as plain data: its value after validation, and the line and column of every key and element by its path. */
export interface FrozenYaml {
  readonly file: string;
  readonly value: unknown;
  readonly places: Readonly<Record<string, readonly [line: number, column: number]>>;
}

/** A step a line: the empty key is a step, too. */
const keyOf = (path: Path): string => path.map((step) => `${step}\n`).join("");

/** Every path of a value, the root's first. */
const pathsOf = (value: unknown, path: Path = []): Path[] => {
  if (value === null || typeof value !== "object") return [path];
  return [path, ...Object.entries(value).flatMap(([key, each]) => pathsOf(each, [...path, Array.isArray(value) ? Number(key) : key]))];
};

/** Makes a text that was read and found valid into data, so that it need not be read again. Within a rule's examples nothing is ever at fault then. */
export const freezeYaml = (yaml: YamlText, value: unknown): FrozenYaml => ({
  file: yaml.file,
  value,
  places: Object.fromEntries(
    pathsOf(yaml.value)
      .filter(([key, second]) => key !== "examples" || second === undefined)
      .map((path) => {
        const { line, column } = yaml.placeOf(path);
        return [keyOf(path), [line, column]];
      }),
  ),
});

/** The text again; it is known to be valid. */
export const thawYaml = ({ file, value, places }: FrozenYaml): YamlText => {
  const placeOf = (path: Path): ReturnType<YamlText["placeOf"]> => {
    for (let length = path.length; length >= 0; length--) {
      const place = places[keyOf(path.slice(0, length))];
      if (place) return { file, line: place[0], column: place[1] };
    }
    return { file, line: 1, column: 1 };
  };
  return {
    file,
    value,
    isValid: true,
    placeOf,
    problem: (path, message, hint) => ({ ...placeOf(path), message, ...(hint !== undefined && { hint }) }),
  };
};
