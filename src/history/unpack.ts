import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const run = (script: string, args: readonly string[]): void => {
  const { status, stderr, error } = spawnSync("bash", ["-c", `set -euo pipefail; ${script}`, "bash", ...args], { encoding: "utf8" });
  if (error || status !== 0) throw error ?? new Error(`${args[0]} cannot be unpacked: ${stderr.trim()}`);
};

/** Calls back with a new folder (TMPDIR says where), and removes it and all that was unpacked into it. */
export const inScratch = <T>(work: (folder: string) => T): T => {
  const folder = mkdtempSync(join(tmpdir(), "abi-lint-history-"));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** Unpacks the files of a .deb that match one of tar's wildcards. */
export const unpackDeb = (deb: string, folder: string, wildcards: readonly string[]): void =>
  run('deb=$1 to=$2; shift 2; dpkg-deb --fsys-tarfile "$deb" | tar -xC "$to" --no-same-owner --wildcards "$@"', [
    deb,
    folder,
    ...wildcards,
  ]);

/** Unpacks what is read of the tree that a linux-source package holds as usr/src/linux-source-*.tar.xz, without the tree's own top folder. */
export const unpackSource = (deb: string, folder: string): void =>
  run(
    `dpkg-deb --fsys-tarfile "$1" | tar -xO --wildcards './usr/src/linux-source-*.tar.xz' |
      tar -xJC "$2" --no-same-owner --strip-components=1 --wildcards '*.c' '*.h' '*.S' '*.tbl' '*/Documentation/ABI/*'`,
    [deb, folder],
  );
