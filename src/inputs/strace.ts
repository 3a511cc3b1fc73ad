import { InputError } from "../shared/input-error.ts";
import { executed, requestsOf } from "./strace-calls.ts";
import { answer, newTallies, own, PLACES, type ProgramFacts, type Tally } from "./strace-facts.ts";
import { mayBeWhole, readLine } from "./strace-line.ts";

/** A call that was begun. */
interface Call {
  readonly pid: string;
  readonly name: string;
  readonly tallies: readonly Tally[];
  /** What it executes. */
  readonly program?: string;
}

/** The calls whose answers are still to come, at most one for each process */
const openCalls = (): { put(call: Call): void; drop(pid: string): void; take(pid: string, name: string): Call | undefined } => {
  const byPid = new Map<string, Call>();
  const byName = new Map<string, Call>();
  const drop = (pid: string): void => {
    const call = byPid.get(pid);
    if (call && byName.get(call.name) === call) byName.delete(call.name);
    byPid.delete(pid);
  };
  return {
    put: (call) => {
      byPid.set(call.pid, call);
      byName.set(call.name, call);
    },
    drop,
    take: (pid, name) => {
      // On a terminal strace leaves the number of a process out while it is alone.
      const other = byName.get(name);
      const call = [byPid.get(pid), pid === "" || other?.pid === "" ? other : undefined].find((each) => each?.name === name);
      if (call) drop(call.pid);
      return call;
    },
  };
};

/** The lines of a text one at a time, and whether each is ended: a log may be as long as a text can be. */
function* linesOf(text: string): Generator<readonly [line: string, isEnded: boolean]> {
  for (let start = 0; start < text.length;) {
    const end = text.indexOf("\n", start);
    yield [text.slice(start, end < 0 ? text.length : end).replace(/\r$/, ""), end >= 0];
    start = end < 0 ? text.length : end + 1;
  }
}

/**
 * Reads a log of strace(1) in any of its forms: `-o`, `-f`, `-ff`, from the terminal; with times, paths of descriptors, numbers. Each call counts once,
 * where it was begun; its answer may stand in a later line. Lines of the program's own output in between are passed over.
 * @throws InputError where no line of it is strace's, or the last one is cut.
 */
export const parseStrace = (text: string, file: string): ProgramFacts => {
  const tallies = newTallies();
  const open = openCalls();
  const unresolved = { count: 0, lines: [] as number[] };
  /** What was executed, and what was only tried to be. */
  let program: string | undefined;
  let tried: string | undefined;
  let isStrace = false;
  let number = 0;

  const begin = (pid: string, name: string, list: readonly string[]): Call => {
    const { requests, isUnresolved } = requestsOf(name, list);
    if (isUnresolved && unresolved.count++ < PLACES) unresolved.lines.push(number);
    const path = executed(name, list);
    tried ??= path;
    return {
      pid,
      name,
      tallies: [{ kind: "syscall" as const, name }, ...requests].map((each) => tallies.count(each.kind, each.name, number)),
      ...(path !== undefined && { program: path }),
    };
  };

  for (const [line, isEnded] of linesOf(text)) {
    number++;
    const read = readLine(line);
    if (read.form !== "foreign") isStrace = true;
    if (isStrace && !isEnded && !mayBeWhole(line)) {
      throw new InputError({
        file,
        line: number,
        column: 1,
        message: "the log is cut in the middle of its last line",
        source: line.slice(0, 200),
        hint: "trace again, or take the last line away",
      });
    }
    if (read.form === "foreign" || read.form === "note") continue;
    const { pid, name } = read;
    const resumed = read.form === "resumed" ? open.take(pid, name) : undefined;
    open.drop(pid);
    // What was begun before strace was attached has no arguments.
    const call = resumed ?? begin(pid, name, read.form === "call" ? read.list : []);
    if (read.answered !== "here") open.put(call);
    if (!read.isKnown) continue;
    for (const tally of call.tallies) answer(tally, read.error);
    if (read.error === undefined) program ??= call.program;
  }
  if (!isStrace) {
    throw new InputError({
      file,
      line: 1,
      column: 1,
      message: "no log of strace: none of its lines is a system call",
      hint: "strace -f -o FILE COMMAND writes one",
    });
  }
  const path = program ?? tried;
  return {
    file,
    ...(path !== undefined && { program: own(path) }),
    namesOnly: false,
    permission: false,
    asked: tallies.asked(),
    unresolved,
  };
};
