import { visible } from "../shared/visible.ts";

/** Says what goes on: what, how much of it is done, and of how much where that is known. */
export type Progress = (what: string, done?: number, of?: number) => void;

interface Stream {
  write(text: string): void;
}

/** What it needs of a command's surroundings. */
interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Stream;
  readonly stderr: Stream & { readonly isTerminal?: boolean; readonly columns?: number };
  /** Milliseconds since some moment. */
  readonly clock?: () => number;
}

/** Work that ends sooner (ms) is not told of. */
const AFTER = 300;
/** The same work is told of again after this time (ms). */
const EVERY = 100;

/** Back to the first column, and nothing behind it (ECMA-48: CR, EL). */
const CLEAR = "\r\u001b[K";

/**
 * A command's surroundings, and in them `progress`: one line on a terminal's standard error, rewritten, and gone before anything else is printed
 * or the command ends (`clear`). Nothing where nobody watches: in a pipe, in a CI job, on a terminal that cannot rewrite a line. It has no timer:
 * a line is written when it is told of, if it is time.
 */
export const withProgress = <T extends Surroundings>(
  io: T,
): { readonly io: T & { readonly progress: Progress }; readonly clear: () => void } => {
  const { env, stdout, stderr, clock } = io;
  const isWatched = stderr.isTerminal === true && !env["CI"] && env["TERM"] !== "dumb";
  if (!isWatched || !clock) return { io: { ...io, progress: () => {} }, clear: () => {} };
  const width = (stderr.columns ?? 80) - 1;
  let [isShown, next, told] = [false, clock() + AFTER, ""];
  const clear = (): void => {
    if (isShown) stderr.write(CLEAR);
    isShown = false;
  };
  const clearing = <S extends Stream>(stream: S): S => ({
    ...stream,
    write: (text: string) => {
      clear();
      stream.write(text);
    },
  });
  const begin = next;
  const progress: Progress = (what, done, of) => {
    const now = clock();
    // Other work is told of at once: it may be long, and silent.
    if (now < (what === told ? next : begin)) return;
    [isShown, next, told] = [true, now + EVERY, what];
    const count = done === undefined ? "" : `, ${done}${of === undefined ? "" : ` of ${of}`}`;
    stderr.write(CLEAR + visible(`abi-lint: ${what}${count}`).slice(0, width));
  };
  return { io: { ...io, stdout: clearing(stdout), stderr: clearing(stderr), progress }, clear };
};
