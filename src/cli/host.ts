import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  type Stats,
  unlinkSync,
  watch,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import { bytesSource, type ByteSource } from "../inputs/bytes.ts";
import { InputError } from "../shared/input-error.ts";
import { MAX_TEXT, MAX_UNPACKED } from "../shared/limits.ts";

/** The one door to the file system. Paths are taken relative to `cwd`. */
export interface Host {
  readonly cwd: string;
  /**
   * Opens a file for the time of one call; bytes are read where they are asked for, those of a pipe or a device at once.
   * @param atOnce a file of up to so many bytes is read whole, and all into memory that the next one is read into: `use` keeps none of it.
   */
  withFile<T>(path: string, use: (source: ByteSource) => T | Promise<T>, atOnce?: number): Promise<T>;
  /** Opens a file for as long as the process lives. */
  open(path: string): ByteSource;
  /** A whole file; one beyond MAX_TEXT is an input error. */
  readText(path: string): string;
  readBytes(path: string): Uint8Array;
  readStdin(): Uint8Array;
  /** What a path leads to; "missing" where its links lead nowhere. */
  kindOf(path: string): "file" | "folder" | "other" | "missing";
  /** Where a path leads, links resolved. */
  realPath(path: string): string;
  /** Names in a folder, sorted. */
  list(path: string): readonly string[];
  /** Writes a file whole or not at all, where a link leads to and with the mode it had; a pipe or a device is written to as it is. */
  write(path: string, content: string | Uint8Array): void;
  /** Adds to the end of a file, which need not be there yet: all of it or nothing. */
  append(path: string, text: string): void;
  /** Takes a file away. */
  remove(path: string): void;
  /** Makes a folder, and those above it, where they are not there. */
  makeFolder(path: string): void;
  /** Makes a file that is not there yet, and its folders. Returns what takes all of it back. @throws InputError where it is there. */
  create(path: string, text: string): () => void;
  /** A file of a folder that is the user's own and that nobody else can write to; undefined where there is none. */
  readPrivate(folder: string, name: string): string | undefined;
  /** Writes such a file, and makes its folder; where that cannot be done, nothing happens. */
  writePrivate(folder: string, name: string, text: string): void;
  /** What changes when the content of a path does: its time and size, or that there is nothing. */
  stateOf(path: string): string;
  /** Waits until any of the paths is in another state than the one given. */
  nextChange(states: ReadonlyMap<string, string>): Promise<void>;
  /** How a path is printed: relative to the working directory, with forward slashes. */
  shown(path: string): string;
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EEXIST: "is there already",
  EISDIR: "is a directory",
  ELOOP: "too many symbolic links",
  ENOSPC: "no space left on the device",
  EROFS: "read-only file system",
  ENAMETOOLONG: "the name is too long",
  ENOTDIR: "a part of the path is no directory",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  EDQUOT: "the quota is used up",
  EFBIG: "larger than a file may be",
  EIO: "the device failed",
  ENXIO: "is a device or a socket that cannot be opened",
};

/** What an error of Node's says of a file; undefined for a bug. */
export const reasonOf = (error: unknown): string | undefined => {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return /^E[A-Z0-9]+$/.test(code) ? (REASONS[code] ?? `cannot be used (${code})`) : undefined;
};

/** Node's error codes as a sentence about the file; anything else is a bug and stays one. */
const guard = <T>(file: string, action: () => T, absent = REASONS["ENOENT"]!): T => {
  try {
    return action();
  } catch (error) {
    const message = reasonOf(error);
    if (message === undefined) throw error;
    throw new InputError({ file, message: message === REASONS["ENOENT"] ? absent : message });
  }
};

const NO_FOLDER = "there is no such folder to write to";

const SHORTER = "the file became shorter while it was read";

/** Reads exactly what was asked for: a file that shrinks meanwhile is an input error, not garbage. */
const readExactly = (fd: number, name: string, offset: number, length: number, bytes = new Uint8Array(length)): Uint8Array => {
  for (let done = 0; done < length;) {
    const count = readSync(fd, bytes, done, length - done, offset + done);
    if (count === 0) throw new InputError({ file: name, offset: offset + done, message: SHORTER });
    done += count;
  }
  return bytes;
};

/** What is at a path; below a file there is nothing, nor at the end of links that lead in a circle. */
const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    if (["ENOTDIR", "ELOOP"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
};

const SIGNALS = ["SIGINT", "SIGTERM"] as const;
const raise = (signal: NodeJS.Signals): void => {
  for (const each of SIGNALS) process.removeListener(each, raise);
  process.kill(process.pid, signal);
};

/**
 * Lets a signal wait until what is written now, at one stroke, is written: it would leave a part of it behind. From the first file on, because
 * a signal is lost that comes just when nobody listens for it any more; to write is the last that a command does.
 */
const holdSignals = (): void => {
  for (const signal of SIGNALS) if (!process.listeners(signal).includes(raise)) process.on(signal, raise);
};

/** Makes a file and its folders; whatever fails leaves nothing behind. */
const createFile = (target: string, text: string): (() => void) => {
  holdSignals();
  const first = mkdirSync(dirname(target), { recursive: true });
  const removeFolders = (): void => {
    if (first !== undefined) for (let folder = dirname(target); folder.length >= first.length; folder = dirname(folder)) rmdirSync(folder);
  };
  let fd: number;
  try {
    fd = openSync(target, "wx");
  } catch (error) {
    removeFolders();
    throw error;
  }
  const undo = (): void => {
    unlinkSync(target);
    removeFolders();
  };
  try {
    writeFileSync(fd, text);
  } catch (error) {
    undo();
    throw error;
  } finally {
    closeSync(fd);
  }
  return undo;
};

/** Whether a folder belongs to the user who runs this, and to nobody else. */
const isPrivate = (folder: string): boolean => {
  const stat = lstatSync(folder);
  return stat.isDirectory() && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0;
};

/** For a cache: whatever goes wrong, it is as if there were none. */
const orNothing = <T>(action: () => T): T | undefined => {
  try {
    return action();
  } catch {
    return undefined;
  }
};

const PIECE = 65_536;

/** Bytes; a file that has no more is read at once: half of a module is looked at, in a dozen places. */
const SMALL = 65_536;

/** Memory that files are read into one after the other; several where one is open beside another. What is too large for it gets its own. */
const idle: Uint8Array<ArrayBuffer>[] = [];
const MOST_MEMORY = 1 << 21;
const LEAST_MEMORY = 1 << 17;

/** Some that is idle, if it is large enough for a file: most are small, and a single one needs no more than its own size. */
const memoryFor = (size: number): Uint8Array<ArrayBuffer> => {
  const known = idle.pop();
  const wanted = Math.min(Math.max(size, LEAST_MEMORY), MOST_MEMORY);
  return known && known.length >= wanted ? known : new Uint8Array(wanted);
};

const readInto = (memory: Uint8Array<ArrayBuffer>, fd: number, name: string): ((offset: number, length: number) => Uint8Array) => {
  let used = 0;
  return (offset, length) => {
    const bytes = used + length <= memory.length ? memory.subarray(used, (used += length)) : undefined;
    return guard(name, () => readExactly(fd, name, offset, length, bytes));
  };
};

/** Reads what has no size of its own, a pipe or a device, to its end: /dev/zero has none. */
const readToEnd = (fd: number, name: string, most: number): Buffer => {
  const pieces: Buffer[] = [];
  for (let size = 0; ;) {
    const piece = Buffer.allocUnsafe(PIECE);
    const count = readSync(fd, piece, 0, PIECE, null);
    if (count === 0) return Buffer.concat(pieces, size);
    size += count;
    if (size > most) throw new InputError({ file: name, offset: most, message: `goes on after ${most} bytes` });
    pieces.push(piece.subarray(0, count));
  }
};

/** Where a file stands that is to be written: at the end of links, or at the path itself where there is nothing yet. */
const placeOf = (target: string): string => (lstatSync(target, { throwIfNoEntry: false }) ? realpathSync(target) : target);

/** Writes beside a file and puts it in its place; whatever fails leaves what was there. */
const replaceFile = (target: string, content: string | Uint8Array): void => {
  const before = statOf(target);
  // To replace a file asks for a writable folder alone.
  if (before) accessSync(target, constants.W_OK);
  holdSignals();
  // No process has a number of its own where containers share a folder.
  const draft = join(dirname(target), `.${crypto.randomUUID()}.abi-lint.tmp`);
  try {
    const fd = openSync(draft, "wx");
    try {
      writeFileSync(fd, content);
      if (before) fchmodSync(fd, before.mode & 0o777);
    } finally {
      closeSync(fd);
    }
    renameSync(draft, target);
  } catch (error) {
    orNothing(() => unlinkSync(draft));
    throw error;
  }
};

/** What a process has open (proc(5)): a file that stands there is another's, and may have been written to already. */
const OPENED = /^\/(dev|proc)\//;

const writeTo = (path: string, content: string | Uint8Array): void => {
  const target = OPENED.test(path) ? path : placeOf(path);
  if (OPENED.test(target) || statOf(target)?.isFile() === false) writeFileSync(target, content, { flag: "a" });
  else replaceFile(target, content);
};

/** Adds to the end of a file; what does not fit is taken back. */
const appendTo = (path: string, text: string): void => {
  holdSignals();
  const fd = openSync(path, "a");
  try {
    const { size } = fstatSync(fd);
    try {
      writeFileSync(fd, text);
    } catch (error) {
      orNothing(() => ftruncateSync(fd, size));
      throw error;
    }
  } finally {
    closeSync(fd);
  }
};

const stateOf = (path: string): string => {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return "nothing";
  }
};

/** A build writes a file in several steps, and several files: what follows within this time (ms) belongs to one change. */
const SETTLE = 150;

/**
 * Waits for a change. Folders are watched, not files, because a file that is written anew is another file; the folders are watched before the
 * states are compared, so that no change falls between.
 */
const nextChange = (states: ReadonlyMap<string, string>): Promise<void> =>
  new Promise((done) => {
    const folders = new Set([...states.keys()].flatMap((path) => [dirname(path), path]));
    let timer: NodeJS.Timeout | undefined;
    const isChanged = (): boolean => [...states].some(([path, state]) => stateOf(path) !== state);
    const look = (): void => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (!isChanged()) return;
        for (const watcher of watchers) watcher.close();
        done();
      }, SETTLE);
    };
    const watchers = [...folders].flatMap((folder) => {
      if (statOf(folder)?.isDirectory() !== true) return [];
      const watcher = watch(folder, look);
      watcher.on("error", look);
      return [watcher];
    });
    look();
  });

/** A host over the real file system. */
export const nodeHost = (cwd: string): Host => {
  const shown = (path: string): string => relative(cwd, resolve(cwd, path)).split(sep).join("/") || ".";
  const readWhole = (path: string): Buffer =>
    guard(shown(path), () => {
      const stat = statSync(resolve(cwd, path));
      const message = `goes on after ${MAX_TEXT} bytes (it has ${stat.size})`;
      if (stat.size > MAX_TEXT) throw new InputError({ file: shown(path), offset: MAX_TEXT, message });
      if (stat.isDirectory() || (stat.isFile() && stat.size > 0)) {
        const bytes = readFileSync(resolve(cwd, path));
        // A file of sysfs says a page and has less; it does not change.
        if (bytes.length < stat.size && statSync(resolve(cwd, path)).size !== stat.size)
          throw new InputError({ file: shown(path), offset: bytes.length, message: SHORTER });
        return bytes;
      }
      const fd = openSync(resolve(cwd, path), "r");
      try {
        return readToEnd(fd, shown(path), MAX_TEXT);
      } finally {
        closeSync(fd);
      }
    });
  return {
    cwd,
    shown,
    stateOf: (path) => stateOf(resolve(cwd, path)),
    nextChange: (states) => nextChange(new Map([...states].map(([path, state]) => [resolve(cwd, path), state]))),
    withFile: async (path, use, atOnce) => {
      const name = shown(path);
      const fd = guard(name, () => openSync(resolve(cwd, path), "r"));
      let memory: Uint8Array<ArrayBuffer> | undefined;
      try {
        const stat = fstatSync(fd);
        if (stat.isDirectory()) throw new InputError({ file: name, message: REASONS["EISDIR"]! });
        if (stat.size === 0)
          return await use(
            bytesSource(
              name,
              guard(name, () => readToEnd(fd, name, MAX_UNPACKED)),
            ),
          );
        const read = (offset: number, length: number): Uint8Array => guard(name, () => readExactly(fd, name, offset, length));
        if (atOnce !== undefined && stat.isFile()) {
          memory = memoryFor(stat.size);
          const again = readInto(memory, fd, name);
          return await use(stat.size <= atOnce ? bytesSource(name, again(0, stat.size)) : { name, size: stat.size, read: again });
        }
        return await use(stat.isFile() && stat.size <= SMALL ? bytesSource(name, read(0, stat.size)) : { name, size: stat.size, read });
      } finally {
        if (memory) idle.push(memory);
        closeSync(fd);
      }
    },
    open: (path) => {
      const name = shown(path);
      const fd = guard(name, () => openSync(resolve(cwd, path), "r"));
      return { name, size: fstatSync(fd).size, read: (offset, length) => guard(name, () => readExactly(fd, name, offset, length)) };
    },
    readBytes: (path) => readWhole(path),
    readText: (path) => readWhole(path).toString("utf8"),
    append: (path, text) => guard(shown(path), () => appendTo(resolve(cwd, path), text), NO_FOLDER),
    remove: (path) => guard(shown(path), () => unlinkSync(resolve(cwd, path))),
    makeFolder: (path) => guard(shown(path), () => void mkdirSync(resolve(cwd, path), { recursive: true })),
    readStdin: () => guard("-", () => readToEnd(0, "-", MAX_UNPACKED)),
    kindOf: (path) => {
      const stat = guard(shown(path), () => statOf(resolve(cwd, path)));
      return !stat ? "missing" : stat.isDirectory() ? "folder" : stat.isFile() ? "file" : "other";
    },
    realPath: (path) => guard(shown(path), () => realpathSync(resolve(cwd, path))),
    list: (path) => guard(shown(path), () => readdirSync(resolve(cwd, path))).sort(),
    create: (path, text) => guard(shown(path), () => createFile(resolve(cwd, path), text)),
    readPrivate: (folder, name) => orNothing(() => (isPrivate(folder) ? readFileSync(join(folder, name), "utf8") : undefined)),
    writePrivate: (folder, name, text) =>
      orNothing(() => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        if (!isPrivate(folder)) return;
        const draft = join(folder, `${name}.${process.pid}.tmp`);
        writeFileSync(draft, text, { flag: "wx", mode: 0o600 });
        renameSync(draft, join(folder, name));
      }),
    write: (path, content) => guard(shown(path), () => writeTo(resolve(cwd, path), content), NO_FOLDER),
  };
};
