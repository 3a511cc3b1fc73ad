import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** The Module.symvers of a bookworm release, out of its headers package below WORK; undefined, and said so, where the mirror has it no more. */
export const symversOf = (work: string, release: string): string | undefined => {
  const script = new URL("../real/prepare/suite.sh", import.meta.url).pathname;
  try {
    const printed = execFileSync(script, [work, "bookworm", "amd64", `headers-${release}`, `linux-headers-${release}-amd64`], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "inherit"],
    });
    return join(work, `headers-${release}`, "usr/src", printed.split(" ")[0]!, "Module.symvers");
  } catch {
    console.log(`NOT COMPARED: linux-headers-${release}-amd64 cannot be had from the mirror`);
    return undefined;
  }
};
