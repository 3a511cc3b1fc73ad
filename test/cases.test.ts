import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { abiLint } from "./support/run.ts";

// A case is a folder whose name is a sentence: `command` (one command a line), its inputs, and `expected.txt`:
// what a person would see in a terminal. After a change, read the difference, then `npx vitest run -u --config test/vitest.config.ts`.
const CASES = new URL("cases", import.meta.url).pathname;

for (const name of readdirSync(CASES)) {
  test(name.replaceAll("-", " "), async () => {
    const folder = join(CASES, name);
    const commands = readFileSync(join(folder, "command"), "utf8").trim().split("\n");
    let transcript = "";
    for (const command of commands) {
      const { status, stdout, stderr } = await abiLint(folder, ...command.split(" ").slice(1));
      transcript += `$ ${command}\n${stdout}${stderr === "" ? "" : `--- standard error\n${stderr}`}--- status ${status}\n`;
    }
    await expect(transcript).toMatchFileSnapshot(join(folder, "expected.txt"));
  });
}
