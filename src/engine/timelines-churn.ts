import type { FolderChurn } from "../findings/timelines.ts";
import type { History } from "../kernels/history/history.ts";
import type { Row } from "../kernels/history/read.ts";
import type { Past } from "./outlook.ts";

/** More folders than this are left out: those that least is taken from. */
const MAX_FOLDERS = 60;

/** The folder of a file of the kernel's tree. */
const folderOf = (file: string): string => (file.includes("/") ? file.slice(0, file.lastIndexOf("/")) : ".");

const formsOf = (row: Row, release: number): readonly string[] =>
  ["signature", "definition"].flatMap((attribute) => row.value(attribute, release) ?? []);

/**
 * Whether an export of one release broke until another: it went, without an inline function or a macro in its place, or neither form of its type survives.
 * Undefined where it was not exported, or where one of the two releases does not tell its type. As the shipped rates are counted.
 */
const brokeBetween = (history: History, name: string, row: Row, from: number, to: number): boolean | undefined => {
  if (row.value("type", from) === undefined) return undefined;
  if (row.value("type", to) === undefined) return !/^(inline|macro|alias)$/.test(history.declared(name)?.value("form", to) ?? "");
  const [before, after] = [formsOf(row, from), formsOf(row, to)];
  if (before.length === 0 || after.length === 0) return undefined;
  return !before.some((form) => after.includes(form));
};

/**
 * How much the folders that names are taken from moved in each past long-term step: counted over all exports of a folder, and over those that are taken.
 * An export counts in the folder that defined it before the step; where that is not known it counts nowhere.
 */
export const churnOf = ({ history, rates }: Past, taken: ReadonlySet<string>): readonly FolderChurn[] => {
  const steps = rates.all.flatMap(({ from, to }) => {
    const [first, last] = [from, to].map((name) => history.releases.findIndex((release) => release.name === name)) as [number, number];
    return first < 0 || last < 0 ? [] : [{ from, to, first, last }];
  });
  const newestFolder = (name: string): string | undefined => {
    const file = history
      .exported(name)
      ?.values("source")
      .findLast((each) => each !== undefined);
    return file === undefined ? undefined : folderOf(file);
  };
  const counts = new Map<string, number>();
  for (const name of taken) {
    const folder = newestFolder(name);
    if (folder !== undefined) counts.set(folder, (counts.get(folder) ?? 0) + 1);
  }
  const zero = (): { count: number; broke: number }[] => steps.map(() => ({ count: 0, broke: 0 }));
  const folders = new Map([...counts.keys()].map((folder) => [folder, { all: zero(), own: zero() }]));
  if (folders.size === 0) return [];
  for (const name of history.names()) {
    const row = history.exported(name)!;
    steps.forEach(({ first, last }, index) => {
      const file = row.value("source", first);
      const folder = file === undefined ? undefined : folders.get(folderOf(file));
      const broke = folder && brokeBetween(history, name, row, first, last);
      if (!folder || broke === undefined) return;
      for (const tally of taken.has(name) ? [folder.all, folder.own] : [folder.all]) {
        tally[index]!.count++;
        if (broke) tally[index]!.broke++;
      }
    });
  }
  return [...folders]
    .map(([folder, { all, own }]): FolderChurn => ({
      folder,
      taken: counts.get(folder)!,
      all: steps.map(({ from, to }, index) => ({ from, to, ...all[index]! })),
      own: steps.map(({ from, to }, index) => ({ from, to, ...own[index]! })),
    }))
    .sort((a, b) => b.taken - a.taken || (a.folder < b.folder ? -1 : 1))
    .slice(0, MAX_FOLDERS);
};
