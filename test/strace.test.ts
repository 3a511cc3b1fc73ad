import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseManifest } from "../src/inputs/manifest.ts";
import { pathInterface } from "../src/inputs/strace-calls.ts";
import { detectProgram, parseProgram, type ProgramForm } from "../src/inputs/strace-forms.ts";
import type { ProgramFacts } from "../src/inputs/strace-facts.ts";
import { InputError } from "../src/shared/input-error.ts";
import { subjectFromProgram } from "../src/usage/from-program.ts";

const FIXTURES = new URL("fixtures/strace", import.meta.url).pathname;
const textOf = (file: string): string => readFileSync(join(FIXTURES, file), "utf8");
const factsOf = (text: string): ProgramFacts => parseProgram(text, "x.strace");

/** `kind name count`, sorted, and what was never there marked. */
const shown = ({ asked }: ProgramFacts): readonly string[] =>
  asked.map(({ kind, name, count, isMissing }) => `${kind} ${name} ${count}${isMissing ? " missing" : ""}`).sort();
/** The same without the calls themselves. */
const requests = (text: string): readonly string[] => shown(factsOf(text)).filter((line) => !line.startsWith("syscall "));
const calls = (text: string): readonly string[] =>
  shown(factsOf(text)).flatMap((line) => (line.startsWith("syscall ") ? line.slice(8) : []));

/** What is wrong, as `line: message`. Anything but an InputError is a bug and fails the test. */
const problemsOf = (text: string): readonly string[] => {
  try {
    factsOf(text);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(({ line, message }) => `${line}: ${message}`);
  }
};

// What fixtures/strace/asks.c asks for, process by process: its own calls, and those that the C library makes for it.
const BEFORE_FORK = [
  "debugfs /sys/kernel/tracing/none 1 missing",
  "ioctl TCGETS 1",
  "ioctl _IOC(_IOC_NONE, 0x12, 0x34, 0) 1",
  "netlink NETLINK_ROUTE 1",
  "procfs /proc/PID/fdinfo/FD 1",
  "procfs /proc/PID/task/TID/comm 1",
  "procfs /proc/self/exe 1",
  "procfs /proc/self/fdinfo 1",
  "procfs /proc/self/status 1",
  "sysfs /sys/devices/system/cpu/none\\x1b[2J 1 missing",
  "sysfs /sys/devices/system/cpu/online 1",
  "syscall access 1",
  "syscall arch_prctl 1",
  "syscall brk 5",
  "syscall execve 1",
  "syscall getpid 2",
  "syscall getrandom 1",
  "syscall ioctl 2",
  "syscall mprotect 1",
  "syscall openat 6",
  "syscall prlimit64 1",
  "syscall readlink 1",
  "syscall rseq 1",
  "syscall set_tid_address 1",
  "syscall socket 1",
  "syscall syscall_0x1f3 1 missing",
  "syscall write 1",
];
const PARENT = [
  ...BEFORE_FORK,
  "ptrace-request PTRACE_CONT 1",
  "ptrace-request PTRACE_GETREGSET(NT_PRSTATUS) 1",
  "syscall clone 1",
  "syscall exit_group 1",
  "syscall ptrace 2",
  "syscall set_robust_list 1",
  "syscall wait4 1",
].sort();
const BOTH = [
  ...BEFORE_FORK,
  "ptrace-request PTRACE_CONT 1",
  "ptrace-request PTRACE_GETREGSET(NT_PRSTATUS) 1",
  "ptrace-request PTRACE_TRACEME 1",
  "syscall clock_nanosleep 1",
  "syscall clone 1",
  "syscall exit_group 2",
  "syscall ptrace 3",
  "syscall set_robust_list 2",
  "syscall wait4 1",
].sort();

describe("one program, logged in every form", () => {
  test.each(
    readdirSync(FIXTURES)
      .filter((file) => file.endsWith(".strace") && !/^(?:plain|split-\d)\./.test(file))
      .map((file) => [file]),
  )("%s: both processes, each call once", (file) => {
    expect(detectProgram(textOf(file))).toBe("strace");
    const facts = factsOf(textOf(file));
    expect(shown(facts)).toEqual(BOTH);
    expect(facts).toMatchObject({ program: "./asks", namesOnly: false, permission: false, unresolved: { count: 0 } });
  });

  test("there are as many forms as the script makes", () => {
    expect(readdirSync(FIXTURES).filter((file) => file.endsWith(".strace"))).toHaveLength(14);
  });

  test("without -f: the parent alone; with -ff: a file for each", () => {
    expect(shown(factsOf(textOf("plain.strace")))).toEqual(PARENT);
    expect(shown(factsOf(textOf("split-1.strace")))).toEqual(PARENT);
    expect(shown(factsOf(textOf("split-2.strace")))).toEqual([
      "ptrace-request PTRACE_TRACEME 1",
      "syscall clock_nanosleep 1",
      "syscall exit_group 1",
      "syscall ptrace 1",
      "syscall set_robust_list 1",
    ]);
  });

  test("a table of counts (-c, -U): names and counts, and what failed, nothing more", () => {
    for (const file of ["count.summary", "columns.summary"]) {
      expect(detectProgram(textOf(file))).toBe("strace-summary");
      const facts = factsOf(textOf(file));
      expect(facts).toMatchObject({ namesOnly: true, permission: false });
      // strace -c does not count what never returns, nor calls that have no name.
      expect(shown(facts)).toEqual(BOTH.filter((line) => /^syscall (?!exit_group|syscall_)/.test(line)));
      const failed = Object.fromEntries(facts.asked.filter((each) => each.failed > 0).map((each) => [each.name, each.failed]));
      expect(failed).toEqual({ ioctl: 2, openat: 2, ptrace: 3 });
    }
  });

  test("a log counts what failed as the table does", () => {
    const failed = factsOf(textOf("follow.strace")).asked.filter((each) => each.kind === "syscall" && each.failed > 0);
    expect(Object.fromEntries(failed.map((each) => [each.name, each.failed]))).toEqual({
      ioctl: 2,
      openat: 2,
      ptrace: 3,
      syscall_0x1f3: 1,
    });
  });

  test("without -y a path relative to a descriptor is not known, and the log says where", () => {
    const text = textOf("plain.strace").replaceAll(/(AT_FDCWD|\d)<[^>]*>/g, "$1");
    const { unresolved } = factsOf(text);
    expect(unresolved.count).toBe(1);
    expect(text.split("\n")[unresolved.lines[0]! - 1]).toMatch(/^openat\(4, "0", /);
    expect(requests(text)).toEqual(PARENT.filter((line) => !line.startsWith("syscall ") && !line.includes("fdinfo/FD")));
  });
});

describe("a subject of a log", () => {
  const subject = subjectFromProgram(parseProgram(textOf("follow.strace"), "logs/follow.strace"), "logs/follow.strace");

  test("is named after what was executed, and its uses stand in the log", () => {
    expect(subject).toMatchObject({ name: "asks", kind: "program", path: "logs/follow.strace", line: 1, column: 1, oddities: [] });
    const lines = textOf("follow.strace").split("\n");
    const use = subject.uses.find(({ name }) => name === "openat")!;
    expect(use).toMatchObject({ kind: "syscall", origin: "author", weak: false, count: 6 });
    expect(use.sites).toHaveLength(3);
    for (const { file, line, column } of use.sites) {
      expect({ file, column }).toEqual({ file: "logs/follow.strace", column: 1 });
      expect(lines[line! - 1]).toMatch(/^\d+ openat\(/);
    }
  });

  test("what was never there is weak", () => {
    expect(subject.uses.flatMap(({ weak, name }) => (weak ? name : []))).toEqual([
      "/sys/kernel/tracing/none",
      "syscall_0x1f3",
      "/sys/devices/system/cpu/none\\x1b[2J",
    ]);
  });

  test("is named after the file where no log shows what was executed", () => {
    const named = (text: string): string => subjectFromProgram(factsOf(text), "a/daemon.log").name;
    expect(named("read(3, 0x1, 1) = 0\n")).toBe("daemon.log");
    expect(named('execve("/opt/x/gone", [], 0x1) = -1 ENOENT (No such file or directory)\nexecve("/bin/there", [], 0x1) = 0\n')).toBe(
      "there",
    );
    expect(named('execve("/opt/x/gone", [], 0x1) = -1 ENOENT (No such file or directory)\n')).toBe("gone");
  });

  test("a table is names only; a profile is permission, not use, and counts nothing", () => {
    const table = subjectFromProgram(parseProgram(textOf("count.summary"), "t"), "t");
    expect(table.oddities).toEqual([{ oddity: "names-only", names: ["20 system calls"] }]);
    const profile = subjectFromProgram(parseProgram(textOf("seccomp.json"), "p.json"), "p.json");
    expect(profile.oddities).toEqual([{ oddity: "permission-not-use", names: ["4 system calls"] }]);
    expect(profile.uses.map(({ name, count, sites }) => [name, count, sites[0]!.line])).toEqual([
      ["openat", undefined, 8],
      ["personality", undefined, 15],
      ["ptrace", undefined, 14],
      ["read", undefined, 9],
    ]);
  });
});

describe("what a call asks for", () => {
  test.each([
    ["ptrace(PTRACE_PEEKUSER, 7, 8*RIP, [0]) = 0", ["ptrace-request PTRACE_PEEKUSER 1"]],
    ["ptrace(PTRACE_SETREGSET, 7, NT_X86_XSTATE, {iov_base=0x1, iov_len=9}) = 0", ["ptrace-request PTRACE_SETREGSET(NT_X86_XSTATE) 1"]],
    ["ptrace(PTRACE_GETREGSET, 7, 0x204 /* NT_??? */, 0x1) = 0", ["ptrace-request PTRACE_GETREGSET(0x204) 1"]],
    ["ptrace(0x4204 /* PTRACE_GETREGSET */, 7, 0x1 /* NT_PRSTATUS */, 0x1) = 0", ["ptrace-request PTRACE_GETREGSET(NT_PRSTATUS) 1"]],
    ["ptrace(0x4299 /* PTRACE_??? */, 7, 0, 0) = -1 EIO (Input/output error)", ["ptrace-request 0x4299 1"]],
    ["ioctl(1</dev/pts/0<char 136:0>>, TIOCGWINSZ, {ws_row=1}) = 0", ["ioctl TIOCGWINSZ 1"]],
    ["ioctl(4, FICLONE or BTRFS_IOC_CLONE, 3) = 0", ["ioctl FICLONE or BTRFS_IOC_CLONE 1"]],
    ['ioctl(3, EVIOCGNAME(256), "x) = 1") = 6', ["ioctl EVIOCGNAME 1"]],
    ["ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0xde, 0xad, 0x10), 0x1) = 0", ["ioctl _IOC(_IOC_READ|_IOC_WRITE, 0xde, 0xad, 0x10) 1"]],
    ["ioctl(3, 0x5401 /* TCGETS */, 0x1) = 0", ["ioctl TCGETS 1"]],
    ["ioctl(3, 0x5401, 0x1) = 0", ["ioctl 0x5401 1"]],
    ["socket(AF_NETLINK, SOCK_RAW|SOCK_CLOEXEC, NETLINK_KOBJECT_UEVENT) = 3", ["netlink NETLINK_KOBJECT_UEVENT 1"]],
    ["socket(AF_NETLINK, SOCK_RAW, NETLINK_SMC) = -1 EPROTONOSUPPORT (Protocol not supported)", ["netlink NETLINK_SMC 1 missing"]],
    ["socket(AF_INET, SOCK_STREAM, IPPROTO_TCP) = 3", []],
    ['openat(AT_FDCWD, "/proc/stat", O_RDONLY) = 3', ["procfs /proc/stat 1"]],
    ['openat(3</proc>, "42/maps", O_RDONLY) = 4', ["procfs /proc/PID/maps 1"]],
    ['openat(AT_FDCWD</sys/class/net>, "lo/mtu", O_RDONLY) = 4', ["sysfs /sys/class/net/lo/mtu 1"]],
    ['openat2(3</sys/fs<dir 0:1>>, "ext4", {flags=O_RDONLY}, 24) = 4', ["sysfs /sys/fs/ext4 1"]],
    ['newfstatat(AT_FDCWD, "/sys/kernel/debug/tracing/events", {st_mode=S_IFDIR}, 0) = 0', ["debugfs /sys/kernel/debug/tracing/events 1"]],
    ['statx(AT_FDCWD, "//proc/./self//ns/mnt", 0, STATX_ALL, {stx_mask=1}) = 0', ["procfs /proc/self/ns/mnt 1"]],
    ['readlink("/proc/7/cwd", "/proc/8/maps", 99) = 12', ["procfs /proc/PID/cwd 1"]],
    ['rename("/tmp/a", "/proc/a") = -1 EXDEV (Invalid cross-device link)', ["procfs /proc/a 1"]],
    ['symlink("/proc/7/target", "/tmp/link") = 0', []],
    ['symlinkat("/proc/7/target", 3</sys>, "link") = -1 EPERM (Operation not permitted)', ["sysfs /sys/link 1"]],
    ['mount("proc", "/proc", "proc", 0, NULL) = 0', ["procfs /proc 1"]],
    ['inotify_add_watch(3, "/sys/class", IN_CREATE) = 1', ["sysfs /sys/class 1"]],
    ['execve("/proc/self/exe", ["x"], 0x1 /* 9 vars */) = 0', ["procfs /proc/self/exe 1"]],
    // Text that is no path.
    ['write(1, "/proc/stat", 10) = 10', []],
    ['open("/processes", O_RDONLY) = 3', []],
    ['open("/system", O_RDONLY) = 3', []],
    ["open(0x7ffe, O_RDONLY) = -1 EFAULT (Bad address)", []],
  ])("%s", (line, expected) => {
    expect(requests(`${line}\n`)).toEqual(expected);
    expect(calls(`${line}\n`)).toEqual([`${line.slice(0, line.indexOf("("))} 1`]);
  });

  test.each([
    ["/proc", "/proc"],
    ["/proc/", "/proc"],
    ["/proc/1", "/proc/PID"],
    ["/proc/123/task/456/stat", "/proc/PID/task/TID/stat"],
    ["/proc/self/task/456/fd/7", "/proc/self/task/TID/fd/FD"],
    ["/proc/thread-self/attr/current", "/proc/thread-self/attr/current"],
    ["/proc/123/fdinfo/9", "/proc/PID/fdinfo/FD"],
    ["/proc/123/map_files/55e0-55f0", "/proc/PID/map_files/RANGE"],
    ["/proc/sys/kernel/pid_max", "/proc/sys/kernel/pid_max"],
    ["/proc/irq/24/smp_affinity", "/proc/irq/24/smp_affinity"],
    // Behind these there is another file system.
    ["/proc/123/root/etc/passwd", "/proc/PID/root"],
    ["/proc/self/task/4/cwd/x", "/proc/self/task/TID/cwd"],
    ["/proc/self/fd/3/sub", "/proc/self/fd/FD"],
    ["/proc/constructor/toString", "/proc/constructor/toString"],
  ])("%s is %s", (path, name) => {
    expect(pathInterface(path)).toEqual({ kind: "procfs", name });
  });
});

describe("what tears a log", () => {
  test("a call that another process interrupts counts once, and its answer is found", () => {
    const text = `7 openat(AT_FDCWD, "/proc/none", O_RDONLY <unfinished ...>
8 openat(AT_FDCWD, "/proc/stat", O_RDONLY <unfinished ...>
7 <... openat resumed>) = -1 ENOENT (No such file or directory)
8 <... openat resumed>) = 3
`;
    expect(shown(factsOf(text))).toEqual(["procfs /proc/none 1 missing", "procfs /proc/stat 1", "syscall openat 2"]);
  });

  test("a call that was begun before strace was attached counts where it goes on", () => {
    expect(
      calls('7 <... read resumed>"x", 1) = 1\n7 <... read resumed>) = 1\n8 restart_syscall(<... resuming interrupted poll ...>) = 0\n'),
    ).toEqual(["read 2", "restart_syscall 1"]);
  });

  test("a process that strace numbers only while there are others", () => {
    const text = `vfork(strace: Process 8 attached
 <unfinished ...>
[pid     8] close(3) = 0
[pid     7] <... vfork resumed>) = 8
[pid     7] wait4(8,  <unfinished ...>
[pid     8] exit_group(0) = ?
[pid     8] +++ exited with 0 +++
<... wait4 resumed>NULL, 0, NULL) = 8
--- SIGCHLD {si_signo=SIGCHLD} ---
`;
    expect(calls(text)).toEqual(["close 1", "exit_group 1", "vfork 1", "wait4 1"]);
  });

  test("what was begun goes on once: not after another call of the process, not twice", () => {
    expect(calls('7 getpid() = 7\n7 read(0, "x\n7 getpid() = 7\n7 <... read resumed>) = 1\n')).toEqual(["getpid 2", "read 2"]);
    const text = "vfork(strace: Process 8 attached\n[pid     7] <... vfork resumed>) = 8\n[pid     9] <... vfork resumed>) = 3\n";
    expect(calls(text)).toEqual(["vfork 2"]);
  });

  test("lines that end as elsewhere, and a last one that nothing ends", () => {
    const text = '7 read(0, "a = (b",  <unfinished ...>\r\n8 exit(0) = ?\r\n8 +++ exited with 0 +++\r\n7 <... read resumed>) = 0\r\n';
    expect(calls(text)).toEqual(["exit 1", "read 1"]);
    expect(problemsOf("+++ exited with 0 +++\r\n")).toEqual([]);
    expect(calls('7 getpid() = 7\n7 read(0, "a = (b",  <unfinished ...>')).toEqual(["getpid 1", "read 1"]);
  });

  test.each([
    "capget({version=1, pid=0}, {effective=1<<CAP_CHOWN|1<<CAP_KILL, permitted=0, inheritable=0})",
    "getsockname(3<TCP:[127.0.0.1:1->127.0.0.1:2]>, 0x1, [2])",
    'getsockname(3<UNIX-STREAM:[1->2,"/run/a]>)"]>, 0x1, [2])',
    "kcmp(7<sh>, 8<ls>, KCMP_FILE, 1, 2)",
    'read(3</tmp/a[b(c>, "\\")", 1)',
  ])("the end of %s is found", (call) => {
    expect(calls(`7 ${call} = -1 ENOSYS (Function not implemented) <0.000010>\n`)).toEqual([
      `${call.slice(0, call.indexOf("("))} 1 missing`,
    ]);
  });

  test("a process that goes away, an answer that nobody knows, one that strace made up", () => {
    const text = `7 read(0,  <detached ...>
7 futex(0x1, FUTEX_WAIT, 1, NULL) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)
7 mseal(0x1, 2, 0) = -1 ENOSYS (Function not implemented) (INJECTED)
7 cachestat(3, 0x1, 0x2, 0) = -1 (errno 520)
7 fchmodat2(3, "a", 0, 0) = -1 ENOSYS (Function not implemented)
7 fchmodat2(3, "a", 0, 0) = 0
7 statmount(0x1, 0x2, 1, 0) = -1 ENOSYS (Function not implemented)
`;
    expect(calls(text)).toEqual(["cachestat 1", "fchmodat2 2", "futex 1", "mseal 1", "read 1", "statmount 1 missing"]);
  });

  test("signals, exits, stacks, dumps and the program's own words are no calls", () => {
    const text = `open("/a", O_RDONLY) = 3
 > /lib/libc.so.6(__open+0x1) [0x2]
 | 00000  2f 70 72 6f 63 2f 73 74  61 74 0a                 /proc/stat.      |
--- SIGSEGV {si_signo=SIGSEGV, si_code=SEGV_MAPERR, si_addr=NULL} ---
--- stopped by SIGSTOP ---
[ Process PID=7 runs in 32 bit mode. ]
+++ killed by SIGSEGV (core dumped) +++
Hello, open("/proc/stat") it says
`;
    expect(shown(factsOf(text))).toEqual(["syscall open 1"]);
  });

  test("cut within its last line it is refused, wherever that is, until the answer is whole", () => {
    for (const line of [
      '15361 openat(AT_FDCWD</tmp>, "/proc/self/status", O_RDONLY) = 3</proc/15361/status>',
      "15361 ioctl(0</dev/null>, TCGETS, 0x7fff039ea520) = -1 ENOTTY (Inappropriate ioctl for device)",
      "15361 exit_group(0)                     = ?",
    ]) {
      const before = "15361 getpid() = 15361\n".repeat(3);
      expect(problemsOf(before + line)).toEqual([]);
      // `= 3` is a whole answer, even where a path was to follow.
      const answer = line.endsWith("status>") ? line.indexOf(" = 3") + 4 : undefined;
      for (let cut = 1; cut < line.length; cut++)
        if (cut !== answer)
          expect(problemsOf(before + line.slice(0, cut)), line.slice(0, cut)).toEqual(["4: the log is cut in the middle of its last line"]);
    }
    expect(problemsOf(textOf("count.summary").slice(0, 600))).toEqual([expect.stringMatching(/^\d+: /)]);
  });

  test("every prefix of a log is read or refused with a line", () => {
    const text = textOf("terminal.strace");
    let refused = 0;
    for (let cut = 0; cut < text.length; cut++) {
      const problems = problemsOf(text.slice(0, cut));
      if (problems.length > 0) expect(problems[0]).toMatch(/^\d+: /);
      refused += problems.length;
    }
    expect(refused).toBeGreaterThan(text.length * 0.9);
  });
});

describe("what a text is, is told by its content", () => {
  test.each([
    ["a log", 'execve("/bin/ls", ["ls"], 0x7ffe /* 9 vars */) = 0\n', "strace"],
    ["the cut beginning of a log with a long environment", `execve("/bin/ls", ["ls"], ["${"A".repeat(5000)}`, "strace"],
    ["a log whose lines end as elsewhere", "7 getpid() = 7\r\n7 exit(0) = ?\r\n", "strace"],
    ["a thread of a log that only ended", "[????????????????] +++ exited with 0 +++\n", "strace"],
    ["a manifest in JSON", '{"manifest":1,"subjects":[{"name":"x","kind":"program","uses":["openat"]}]}', undefined],
    ["a manifest in YAML", "manifest: 1\nsubjects:\n  - name: x\n    kind: module\n    uses: [printk]\n", undefined],
    ["a policy", "kernels: ['6.1']\nrules:\n  internal-symbol: error\n", undefined],
    ["C", "int main(void)\n{\n\tint a = open(x, 0);\n\treturn read(a) == 1;\n}\n", undefined],
    ["Module.symvers", "0x12345678\tkfree\tvmlinux\tEXPORT_SYMBOL\t\n", undefined],
    ["prose", "strace (1) = a tool\nopen( it\n", undefined],
    ["a manual with an example", 'DESCRIPTION\nTraces calls.\nopen("/dev/null", O_RDONLY) = 3\nEvery line has a name.\n', undefined],
    ["a JSON of something else", '{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ALLOW"}]}', undefined],
    ["a binary", "\x7fELF\0\0getpid() = 1\n", undefined],
    ["nothing", "", undefined],
  ] as const satisfies readonly (readonly [string, string, ProgramForm | undefined])[])("%s", (_, text, form) => {
    expect(detectProgram(text)).toBe(form);
    if (form === undefined) expect(problemsOf(text)).toEqual(["1: no log or table of strace, and no seccomp profile"]);
  });

  test("no fixture of a program is a manifest", () => {
    for (const file of readdirSync(FIXTURES).filter((name) => /\.(strace|summary|json)$/.test(name)))
      expect(() => parseManifest(textOf(file), file), file).toThrow(InputError);
  });
});

describe("a seccomp profile", () => {
  const profile = (more: object): string => JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", ...more });

  test("that allows what it does not name has no list", () => {
    expect(problemsOf(JSON.stringify({ defaultAction: "SCMP_ACT_ALLOW", syscalls: [] }))).toEqual([
      "1: allows every call that it does not name (SCMP_ACT_ALLOW): there is no list to read",
    ]);
  });

  test("each fault is told", () => {
    expect(problemsOf(profile({ syscalls: { names: ["read"] } }))).toEqual(["1: expected a list of rules"]);
    expect(problemsOf(profile({ syscalls: [{ names: ["read"] }, { names: [7, "a b"], action: "SCMP_ACT_ALLOW" }, 3] }))).toEqual([
      "1: expected a rule with an action",
      "1: expected the name of a system call",
      "1: expected the name of a system call",
      "1: expected a rule with an action",
    ]);
    expect(problemsOf(`${profile({ syscalls: [] }).slice(0, -1)}`)).not.toEqual([]);
  });

  test("that allows nothing is read", () => {
    expect(shown(factsOf(profile({})))).toEqual([]);
  });
});

describe("what is hostile", () => {
  const long = (text: string): string => text.repeat(Math.ceil(10_000_000 / text.length));

  test.each([
    ["a string of 10 MB", `write(1, "${long("(\\\\")}", 1) = 1\n`],
    ["brackets", `writev(1, ${long("[{")}`],
    ["angles", `read(3<${long("<")}`],
    ["blanks before an answer", `read(3)${long(" ")}`],
    ["made-up answers", `read(3) = -1 ENOSYS (x) ${long("(INJECTED")}`],
    ["a prefix", `${long("[a] ")}`],
    ["an argument", `ioctl(1, ${long("A or ")}, 1) = 0\n`],
    ["a path", `open("/proc/${long("1/")}", 0) = 0\n`],
    ["a note", `${long("--- ")}`],
    ["digits", long("1")],
  ])("10 MB of %s in one line", (_, line) => {
    const text = `getpid() = 1\n${line}\ngetpid() = 1\n`;
    const found = calls(text);
    expect(found).toContain("getpid 2");
    expect(requests(text)).toEqual([]);
  });

  test("100,000 processes that never go on, and as many that were never begun", () => {
    const text = Array.from(
      { length: 100_000 },
      (_, pid) => `${pid} read(0,  <unfinished ...>\n${pid + 200_000} <... read resumed>) = 0\n`,
    ).join("");
    expect(calls(text)).toEqual(["read 200000"]);
  });

  test("a name that could command a terminal stays escaped, raw or not at all", () => {
    const names = (line: string): readonly string[] => factsOf(`${line}\n`).asked.map(({ name }) => name);
    expect(names('open("/proc/\\33]0;x\\7", 0) = 0')).toEqual(["open", "/proc/\\x1b]0;x\\x07"]);
    expect(names("getpid() = 1\ngetpid() = 1\n\u001b[2Jopen(1) = 2")).toEqual(["getpid"]);
    expect(names("getpid() = 1\ngetpid() = 1\nioctl(1, \u001b[2J, 1) = 0")).toEqual(["getpid", "ioctl"]);
  });
});
