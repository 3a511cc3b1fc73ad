import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Facts } from "../kernels/history/read.ts";
import type { Package } from "./apt.ts";
import { inScratch, unpackDeb } from "./unpack.ts";

/** Module.symvers as awk joins it, against what the files say (the first argument's lines); prints the lines of the one and those that differ. */
const JOIN = `
  export LC_ALL=C
  awk -F'\\t' '$2 !~ /^_R[A-Z]/ { print $2, $4, $5, $3, $1 }' "$2" | sort > "$1.theirs"
  wc -l < "$1.theirs"
  sort "$1" | comm -3 - "$1.theirs" | wc -l`;

/**
 * Compares, for each release, name, type, namespace, exporter and CRC of every export with a reading of the package that shares no code with ours.
 * @returns a line for each release, and how many lines differ in all.
 */
export const checkExports = (
  { releases, table }: Facts,
  crc: (name: number, release: number) => number,
  packages: readonly { readonly name: string; readonly headers: Package }[],
): { readonly text: string; readonly differ: number } => {
  const exports = table("exports");
  const rows = Array.from({ length: exports.size }, (_, index) => exports.at(index));
  const lines = packages.map(({ name, headers }) => {
    const release = releases.findIndex((each) => each.name === name);
    const ours = rows.flatMap((row) => {
      const type = row.value("type", release);
      if (type === undefined) return [];
      const hex = crc(row.index, release).toString(16).padStart(8, "0");
      return [`${[row.name, type, row.value("namespace", release) ?? "", row.value("exporter", release), `0x${hex}`].join(" ")}\n`];
    });
    const [count, differ] = inScratch((scratch) => {
      unpackDeb(headers.file, scratch, ["./usr/src/*/Module.symvers"]);
      writeFileSync(join(scratch, "ours"), ours.join(""));
      const symvers = join(scratch, "usr/src", headers.name, "Module.symvers");
      return execFileSync("bash", ["-c", JOIN, "bash", join(scratch, "ours"), symvers], { encoding: "utf8" })
        .split("\n")
        .map(Number);
    });
    return { text: `${name}: ${ours.length} exports here, ${count} in the package, ${differ} lines differ\n`, differ: differ! };
  });
  return { text: lines.map((each) => each.text).join(""), differ: lines.reduce((sum, each) => sum + each.differ, 0) };
};
