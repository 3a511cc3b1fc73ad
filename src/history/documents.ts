/** A file of Documentation/ABI. */
export interface Document {
  /** The path below Documentation/ABI: "testing/sysfs-block". */
  readonly path: string;
  readonly text: string;
}

/** Where an interface is documented. */
interface Documented {
  readonly level: string;
  readonly file: string;
}

/** The folders of Documentation/ABI, the strongest promise first. */
const LEVELS = ["stable", "testing", "obsolete", "removed"];

/** The names of the `What:` tags of a file, with the lines that go on below them (tools/lib/python/abi/abi_parser.py); patterns stay as they are written. */
const namesOf = (text: string): readonly string[] => {
  const names: string[] = [];
  let inWhat = false;
  for (const line of text.split("\n")) {
    const tag = /^(what|where|date|kernelversion|contact|description|users):\s*(.*)/i.exec(line);
    if (tag) inWhat = /^wh/i.test(tag[1]!);
    if (!inWhat) continue;
    const name = (tag ? tag[2]! : line).trim().replace(/,$/, "");
    if (name !== "") names.push(name);
  }
  return names;
};

/** What Documentation/ABI names, and at which level: where several files name it, the strongest level and of its files the first by name. */
export const parseDocuments = (documents: readonly Document[]): ReadonlyMap<string, Documented> => {
  const found = new Map<string, Documented>();
  const rank = ({ path }: Document): number => LEVELS.indexOf(path.split("/")[0]!);
  const ordered = documents.filter((each) => rank(each) >= 0).sort((a, b) => rank(a) - rank(b) || (a.path < b.path ? -1 : 1));
  for (const { path, text } of ordered)
    for (const name of namesOf(text))
      if (!found.has(name)) found.set(name, { level: path.split("/")[0]!, file: `Documentation/ABI/${path}` });
  return found;
};
