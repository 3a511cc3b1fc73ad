import { annotatedPath, constantOf, pathOf } from "./strace-arguments.ts";
import type { ProgramInterface } from "./strace-facts.ts";

/** What a call asks for beyond itself. */
interface Request {
  readonly kind: Exclude<ProgramInterface, "syscall">;
  readonly name: string;
}

/** The argument that is a path, and the one whose descriptor it is relative to. */
type PathArgument = readonly [path: number, folder?: number];

const each = (names: string, ...paths: readonly PathArgument[]): readonly (readonly [string, readonly PathArgument[]])[] =>
  names.split(" ").map((name) => [name, paths] as const);

/** The calls that take paths: those of `strace -e trace=%file` (class TF of its src/linux/syscallent-common.h and syscallent.h), and inotify and fanotify. */
const PATHS: ReadonlyMap<string, readonly PathArgument[]> = new Map([
  ...each("access acct chdir chmod chown chroot creat execve getxattr lchown lgetxattr listxattr llistxattr lremovexattr lsetxattr", [0]),
  ...each("lstat lstat64 mkdir mknod oldlstat oldstat open readlink removexattr rmdir setxattr stat stat64 statfs statfs64", [0]),
  ...each("swapoff swapon truncate truncate64 umount umount2 unlink uselib utime utimes", [0]),
  ...each("execveat faccessat faccessat2 fchmodat fchmodat2 fchownat file_getattr file_setattr fspick fstatat64 futimesat", [1, 0]),
  ...each(
    "getxattrat listxattrat mkdirat mknodat mount_setattr name_to_handle_at newfstatat open_tree open_tree_attr openat openat2",
    [1, 0],
  ),
  ...each("readlinkat removexattrat setxattrat statx unlinkat utimensat", [1, 0]),
  ...each("link mount pivot_root rename", [0], [1]),
  ...each("linkat move_mount renameat renameat2", [1, 0], [3, 2]),
  // The target of a symbolic link is a text; nobody looks whether it is there.
  ...each("symlink inotify_add_watch quotactl", [1]),
  ...each("symlinkat", [2, 1]),
  ...each("fanotify_mark", [4, 3]),
]);

/** include/uapi/linux/limits.h: no call takes a longer path. */
const PATH_MAX = 4096;
/** What numbers in a path of /proc stand for, by the folder they are in. */
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ["proc", "PID"],
  ["task", "TID"],
  ["fd", "FD"],
  ["fdinfo", "FD"],
]);
/** Links of a process that lead out of /proc: what comes behind them is no file of /proc. */
const LEADS_AWAY = /^(\/proc\/[^/]+(?:\/task\/[^/]+)?\/(?:cwd|exe|root|fd\/[^/]+))\/.*/;

/**
 * A path below /proc with placeholders for what differs from run to run: /proc/PID/task/TID/…, fd/FD, map_files/RANGE. /proc/self and
 * /proc/thread-self stay: a program that looks at itself alone needs no permission that ptrace(2) checks, one that looks at others does.
 */
const procName = (steps: readonly string[]): string => {
  const named = steps.map((step, index) => {
    const folder = steps[index - 1] ?? "proc";
    if (folder === "map_files" && /^[0-9a-f]+-[0-9a-f]+$/.test(step)) return "RANGE";
    return /^\d+$/.test(step) ? (NUMBERS.get(folder) ?? step) : step;
  });
  return ["", "proc", ...named].join("/").replace(LEADS_AWAY, "$1");
};

/** What interface an absolute path is; undefined for an ordinary file. Links and `..` are not followed: what they lead to is not in the log. */
export const pathInterface = (path: string): Request | undefined => {
  if (path.length > PATH_MAX || !/^\/+(?:\.\/+)*(?:proc|sys)(?:\/|$)/.test(path)) return undefined;
  const [root, ...steps] = path.split("/").filter((step) => step !== "" && step !== ".");
  if (root === "proc") return { kind: "procfs", name: procName(steps) };
  const isDebug = steps[0] === "kernel" && (steps[1] === "debug" || steps[1] === "tracing");
  return { kind: isDebug ? "debugfs" : "sysfs", name: `/${["sys", ...steps].join("/")}` };
};

const NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
const NUMBER = /^0x[0-9a-f]{1,16}$/;

/** PTRACE_GETREGSET and PTRACE_SETREGSET are as many requests as there are notes (include/uapi/linux/elf.h, NT_*). */
const ptraceRequest = (list: readonly string[]): string | undefined => {
  const request = constantOf(list[0]);
  if (request === undefined || !(NAME.test(request) || NUMBER.test(request))) return undefined;
  const note = request.endsWith("REGSET") ? constantOf(list[2]) : undefined;
  return note !== undefined && (NAME.test(note) || NUMBER.test(note)) ? `${request}(${note})` : request;
};

// `TCGETS`; `FICLONE or BTRFS_IOC_CLONE` where two have one number; `_IOC(_IOC_READ, 0x45, 0x2, 0x4)` where strace knows no name; a number (-X raw).
const IOCTL =
  /^(?:[A-Z][A-Z0-9_]{0,63}(?: or [A-Z][A-Z0-9_]{0,63}){0,9}|_IOC\([A-Z_|]{1,40}(?:, (?:0x)?[0-9a-f]{1,8}){3}\)|0x[0-9a-f]{1,8})$/;

const ioctlRequest = (list: readonly string[]): string | undefined => {
  // What stands in the parentheses of EVIOCGNAME(256) is the caller's buffer.
  const request = constantOf(list[1])?.replace(/^([A-Z][A-Z0-9_]{0,63})\(.*\)$/, "$1");
  return request !== undefined && IOCTL.test(request) ? request : undefined;
};

const netlinkFamily = (list: readonly string[]): string | undefined => {
  const family = constantOf(list[2]);
  return /^(?:[AP]F_NETLINK|0x10)$/.test(constantOf(list[0]) ?? "") &&
    family !== undefined &&
    (NAME.test(family) || /^(?:0x)?\d{1,4}$/.test(family))
    ? family
    : undefined;
};

/** A path of a call: itself where it is absolute, made so where the log has the folder's path, and otherwise why not. */
const pathIn = (list: readonly string[], [path, folder]: PathArgument): { readonly path?: string; readonly isUnresolved?: true } => {
  const name = pathOf(list[path]);
  if (name === undefined || name === "") return {};
  if (name.startsWith("/") || folder === undefined) return { path: name };
  const base = annotatedPath(list[folder]);
  if (base !== undefined) return { path: `${base}/${name}` };
  return /^\d+$/.test(list[folder] ?? "") ? { isUnresolved: true } : {};
};

/** What a call asks for by its arguments, and whether the log does not tell one of its paths. */
export const requestsOf = (
  name: string,
  list: readonly string[],
): { readonly requests: readonly Request[]; readonly isUnresolved: boolean } => {
  const only = (kind: Request["kind"], request: string | undefined): ReturnType<typeof requestsOf> => ({
    requests: request === undefined ? [] : [{ kind, name: request }],
    isUnresolved: false,
  });
  if (name === "ptrace") return only("ptrace-request", ptraceRequest(list));
  if (name === "ioctl") return only("ioctl", ioctlRequest(list));
  if (name === "socket") return only("netlink", netlinkFamily(list));
  const paths = (PATHS.get(name) ?? []).map((argument) => pathIn(list, argument));
  return {
    requests: paths.flatMap(({ path }) => (path === undefined ? [] : (pathInterface(path) ?? []))),
    isUnresolved: paths.some(({ isUnresolved }) => isUnresolved),
  };
};

/** What a call executes, as it was written. */
export const executed = (name: string, list: readonly string[]): string | undefined =>
  name === "execve" ? pathOf(list[0]) : name === "execveat" ? pathOf(list[1]) || annotatedPath(list[0]) : undefined;
