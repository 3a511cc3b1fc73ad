import { describe, expect, test } from "vitest";
import { withProgress } from "../src/cli/progress.ts";

/** A terminal of one line at a time: what has scrolled by, and the line that is being written. */
const terminal = (surroundings: { readonly isTerminal?: boolean; readonly env?: Readonly<Record<string, string>> } = {}) => {
  const { isTerminal = true, env = {} } = surroundings;
  let [now, written, line] = [0, 0, ""];
  const lines: string[] = [];
  const show = (text: string): void => {
    written += text.length;
    for (const part of text.split(/(\r\u001b\[K|\n)/)) {
      if (part === "\n") lines.push(line);
      line = part === "\n" || part.startsWith("\r") ? "" : line + part;
    }
  };
  const { io, clear } = withProgress({
    env,
    stdout: { write: show },
    stderr: { write: show, isTerminal, columns: 40 },
    clock: () => now,
  });
  return { io, clear, wait: (ms: number) => (now += ms), screen: () => [...lines, line].join("\n"), written: () => written };
};

describe("progress", () => {
  test("is one line that is rewritten, of counts", () => {
    const { io, wait, screen } = terminal();
    wait(300);
    io.progress("reads inputs", 1, 4000);
    expect(screen()).toBe("abi-lint: reads inputs, 1 of 4000");
    wait(100);
    io.progress("reads inputs", 2, 4000);
    expect(screen()).toBe("abi-lint: reads inputs, 2 of 4000");
    wait(100);
    io.progress("reads inputs", 3);
    expect(screen()).toBe("abi-lint: reads inputs, 3");
  });

  test("is silent about short work, and does not flicker", () => {
    const { io, wait, screen, written } = terminal();
    wait(299);
    io.progress("reads inputs", 1);
    expect(written()).toBe(0);
    wait(1);
    io.progress("reads inputs", 2);
    const after = written();
    wait(99);
    io.progress("reads inputs", 3);
    expect(written()).toBe(after);
    expect(screen()).toBe("abi-lint: reads inputs, 2");
  });

  test("tells of other work at once", () => {
    const { io, wait, screen } = terminal();
    wait(300);
    io.progress("reads inputs", 2);
    io.progress("judges 2 inputs");
    expect(screen()).toBe("abi-lint: judges 2 inputs");
  });

  test.each(["stdout", "stderr"] as const)("is gone before anything is printed on %s", (stream) => {
    const { io, wait, screen } = terminal();
    wait(300);
    io.progress("reads inputs", 1);
    io[stream].write("foo.ko: error: truncated\n");
    expect(screen()).toBe("foo.ko: error: truncated\n");
    wait(100);
    io.progress("reads inputs", 2);
    io[stream].write("a report\n");
    expect(screen()).toBe("foo.ko: error: truncated\na report\n");
  });

  test("is gone when the command ends", () => {
    const { io, clear, wait, screen } = terminal();
    wait(300);
    io.progress("reads inputs", 1);
    clear();
    expect(screen()).toBe("");
  });

  test("fits the terminal's width, and names of inputs cannot command it", () => {
    const { io, wait, screen } = terminal();
    wait(300);
    io.progress(`reads \u001b[2J${"x".repeat(100)}`);
    expect(screen()).toBe("abi-lint: reads \\x1b[2Jxxxxxxxxxxxxxxxx");
    expect(screen()).toHaveLength(39);
  });

  test.each([
    ["in a pipe", { isTerminal: false }],
    ["in a CI job", { env: { CI: "true" } }],
    ["on a terminal that cannot rewrite a line", { env: { TERM: "dumb" } }],
  ])("writes nothing %s", (_, surroundings) => {
    const { io, clear, wait, written } = terminal(surroundings);
    wait(1000);
    io.progress("reads inputs", 1, 2);
    clear();
    expect(written()).toBe(0);
  });
});
