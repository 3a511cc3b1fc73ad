import { spawnSync } from "node:child_process";

/** What addr2line (binutils', elfutils' or LLVM's) says about each offset of a section: `function file:line` for each frame, innermost first. */
export const addr2line = (tool: string, object: string, section: string, offsets: readonly number[]): readonly (readonly string[])[] => {
  // LLVM's knows no sections: it serves for objects with one section of code.
  const args = ["-a", "-f", "-i", "-e", object, ...(tool.startsWith("llvm") ? [] : ["-j", section])];
  const input = offsets.map((offset) => `0x${offset.toString(16)}\n`).join("");
  const { stdout, error } = spawnSync(tool, args, { input, encoding: "utf8", maxBuffer: 2 ** 30 });
  if (error) throw error;
  const places: string[][] = [];
  let name: string | undefined;
  for (const line of stdout.split("\n")) {
    if (name === undefined && /^0x[0-9a-f]+$/.test(line)) places.push([]);
    else if (name === undefined) name = line.replace(/ inlined at .*$/, "");
    else {
      places.at(-1)!.push(`${name} ${shownPlace(line)}`);
      name = undefined;
    }
  }
  return places.filter((frames) => frames.length > 0);
};

/** A place without what only one of the tools adds: a column, a discriminator, its own words for an unknown line. */
const shownPlace = (line: string): string => {
  const place = line.replace(/ \(discriminator \d+\)$/, "").replace(/:\?$/, ":0");
  return place.replace(/^(.*:\d+):\d+$/, "$1");
};
