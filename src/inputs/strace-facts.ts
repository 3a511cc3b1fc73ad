/** What a log of system calls can show a program to take from the kernel. */
export type ProgramInterface = "syscall" | "ptrace-request" | "ioctl" | "netlink" | "procfs" | "sysfs" | "debugfs";

/** One interface that a program asked for. */
export interface Asked {
  readonly kind: ProgramInterface;
  readonly name: string;
  /** How often; 0 in a list of what is allowed. */
  readonly count: number;
  /** How often the answer was an error. */
  readonly failed: number;
  /** Whether every answer was that there is no such thing: ENOSYS for a call, ENOENT for a file, EPROTONOSUPPORT for a netlink family. */
  readonly isMissing: boolean;
  /** The first lines that have it, 1-based; at most PLACES. */
  readonly lines: readonly number[];
}

/** What is known of a program from a log of its system calls, a table of their counts, or a list of those it may use. */
export interface ProgramFacts {
  readonly file: string;
  /** The path that was executed first, as the log writes it. */
  readonly program?: string;
  /** A table of counts: no arguments, so neither requests nor paths. */
  readonly namesOnly: boolean;
  /** A list of what is allowed: permission, not use. */
  readonly permission: boolean;
  /** In the order in which they first appear. */
  readonly asked: readonly Asked[];
  /** The first lines of calls whose path is relative to a descriptor that the log does not name (`strace -y` does), and how many there are. */
  readonly unresolved: { readonly count: number; readonly lines: readonly number[] };
}

/** How many places are kept of one interface. */
export const PLACES = 3;

const NOT_THERE: Readonly<Partial<Record<ProgramInterface, string>>> = {
  syscall: "ENOSYS",
  netlink: "EPROTONOSUPPORT",
  procfs: "ENOENT",
  sysfs: "ENOENT",
  debugfs: "ENOENT",
};

/** An interface while it is counted. */
export interface Tally {
  readonly kind: ProgramInterface;
  readonly name: string;
  count: number;
  answered: number;
  failed: number;
  missing: number;
  readonly lines: number[];
}

/** Counts interfaces. Memory grows with the number of different ones, not with how often they are asked for. */
export interface Tallies {
  /** Counts `times` more. */
  count(kind: ProgramInterface, name: string, line: number, times?: number): Tally;
  asked(): readonly Asked[];
}

/** A copy of its own: a slice of a log would keep all of the log in memory. */
export const own = (text: string): string => Buffer.from(text).toString();

export const newTallies = (): Tallies => {
  const tallies = new Map<string, Tally>();
  return {
    count: (kind, name, line, times = 1) => {
      const key = `${kind} ${name}`;
      let tally = tallies.get(key);
      if (!tally) tallies.set(own(key), (tally = { kind, name: own(name), count: 0, answered: 0, failed: 0, missing: 0, lines: [] }));
      tally.count += times;
      if (tally.lines.length < PLACES) tally.lines.push(line);
      return tally;
    },
    asked: () =>
      [...tallies.values()].map(({ kind, name, count, answered, failed, missing, lines }) => {
        return { kind, name, count, failed, isMissing: answered > 0 && missing === answered, lines };
      }),
  };
};

/** Notes an answer: the name of its error, or that there was none. */
export const answer = (tally: Tally, error: string | undefined): void => {
  tally.answered++;
  if (error !== undefined) tally.failed++;
  if (error !== undefined && error === NOT_THERE[tally.kind]) tally.missing++;
};
