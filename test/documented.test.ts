import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { compileDocumented } from "../src/kernels/history/documented.ts";
import { openFacts, type Facts } from "../src/kernels/history/read.ts";
import { writeHistory } from "../src/kernels/history/write.ts";
import { parseYaml } from "../src/shared/yaml.ts";

const here = (path: string): URL => new URL(path, import.meta.url);
const shipped = openFacts(readFileSync(here("../rules/history/amd64.exports")), "amd64.exports");
const documented = compileDocumented(shipped);

/** A history of as many releases as there are lists, each of entries `what → level`. */
const factsOf = (...releases: readonly Readonly<Record<string, string>>[]): Facts => {
  const whats = [...new Set(releases.flatMap((release) => Object.keys(release)))];
  const rows = new Map(
    whats.map((what) => [
      what,
      [releases.map((release) => release[what]), releases.map((release) => release[what] && `${release[what]}/${what}`)],
    ]),
  );
  const list = releases.map((_, index) => ({ name: `${index}`, series: "1", arch: "x86_64", exports: 0 }));
  return openFacts(writeHistory({ about: "a test", releases: list, tables: { abi: { attributes: ["level", "file"], rows } } }), "x");
};
const speaks = (entries: Readonly<Record<string, string>>, path: string): string | undefined => {
  const found = compileDocumented(factsOf(entries))(path);
  return found && `${found.level} ${found.what}`;
};

describe("the shipped Documentation/ABI speaks of a path", () => {
  test.each([
    ["/sys/devices/system/cpu/online", "testing", "sysfs-devices-system-cpu", "/sys/devices/system/cpu/online"],
    [
      "/sys/devices/system/cpu/cpu0/topology/core_id",
      "stable",
      "sysfs-devices-system-cpu",
      "/sys/devices/system/cpu/cpuX/topology/core_id",
    ],
    [
      "/sys/devices/system/cpu/cpu11/cpufreq/scaling_cur_freq",
      "testing",
      "sysfs-devices-system-cpu",
      "/sys/devices/system/cpu/cpuX/cpufreq/*",
    ],
    [
      "/sys/devices/system/cpu/cpu0/cache/index0/size",
      "testing",
      "sysfs-devices-system-cpu",
      "/sys/devices/system/cpu/cpu*/cache/index*/<set_of_attributes_mentioned_below>",
    ],
    [
      "/sys/devices/system/cpu/cpu0/cache/index3/cache_disable_1",
      "testing",
      "sysfs-devices-system-cpu",
      "/sys/devices/system/cpu/cpu*/cache/index3/cache_disable_{0,1}",
    ],
    ["/sys/devices/system/cpu/cpu7/dscr", "stable", "sysfs-devices-system-cpu", "/sys/devices/system/cpu/cpu[0-9]+/dscr"],
    ["/sys/module/loop/refcnt", "stable", "sysfs-module", "/sys/module/<MODULENAME>/refcnt"],
    ["/sys/module/loop/coresize", "testing", "sysfs-module", "/sys/module/*/{coresize,initsize}"],
    ["/sys/class/net/eth0/mtu", "testing", "sysfs-class-net", "/sys/class/net/<iface>/mtu"],
    ["/sys/devices/pci0000:00/0000:00:03.0/virtio0/net/eth0/mtu", "testing", "sysfs-class-net", "/sys/class/net/<iface>/mtu"],
    ["/sys/block/sda/queue/rotational", "stable", "sysfs-block", "/sys/block/<disk>/queue/rotational"],
    ["/sys/class/block/sda/queue/rotational", "stable", "sysfs-block", "/sys/block/<disk>/queue/rotational"],
    ["/sys/devices/virtual/block/loop0/queue/rotational", "stable", "sysfs-block", "/sys/block/<disk>/queue/rotational"],
    ["/sys/bus/pci/devices/0000:00:1f.2/remove", "testing", "sysfs-bus-pci", "/sys/bus/pci/devices/.../remove"],
    ["/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0/remove", "testing", "sysfs-bus-pci", "/sys/bus/pci/devices/.../remove"],
    ["/sys/class/tee/teepriv0/revision", "testing", "sysfs-class-tee", "/sys/class/tee/tee{,priv}X/revision"],
    ["/sys/kernel/config/nvmet/ports/1/param_mdts", "stable", "configfs-nvmet", "/config/nvmet/ports/N/param_mdts"],
    ["/proc/self/smaps_rollup", "testing", "procfs-smaps_rollup", "/proc/pid/smaps_rollup"],
    ["/proc/PID/attr/current", "testing", "procfs-attr-current", "/proc/*/attr/current"],
    ["/proc/diskstats", "testing", "procfs-diskstats", "/proc/diskstats"],
    ["/sys/kernel/debug/tracing", "obsolete", "automount-tracefs-debugfs", "/sys/kernel/debug/tracing"],
  ])("%s", (path, level, file, what) => {
    expect(documented(path)).toEqual({ level, file: `Documentation/ABI/${level}/${file}`, what });
  });

  test.each([
    "/sys/devices/system/cpu/cpufreq/none",
    "/sys/devices/system/cpu/cpu0",
    "/sys/devices/system/cpu/online/more",
    "/sys/devices/system/cpu/onlin",
    "/sys/module/loop/parameters/max_loop",
    "/sys/anything/else/here",
    "/proc/stat",
    "/proc/PID/maps",
    "/sys",
    "/",
    "",
  ])("and not of %s", (path) => {
    expect(documented(path)).toBeUndefined();
  });

  test("whatever an entry of these folders calls a file, a file of that name is graded by it", () => {
    const table = shipped.table("abi");
    const last = shipped.releases.length - 1;
    const rows = Array.from({ length: table.size }, (_, index) => table.at(index));
    const wanted = rows.filter(
      ({ name, value }) =>
        value("level", last) !== undefined &&
        /^\/sys\/(?:devices\/system\/(?:cpu|node|memory)|power|module|kernel\/mm|block|fs\/ext4|class\/(?:net|hwmon))\b/.test(name),
    );
    expect(wanted.length).toBeGreaterThan(700);
    for (const { name, value } of wanted) {
      const forms = (/\{([^}]*)\}/.exec(name)?.[1] ?? "").split(",").map((choice) => name.replace(/\{[^}]*\}/, choice));
      for (const form of forms) {
        const path = form
          .replaceAll(/<[^>]*>/g, "one-1:0.2")
          .replaceAll("[0-9]+", "17")
          .replaceAll(/(?<=\/)\.\.\.(?=\/)/g, "one/two")
          .replaceAll(/(?<=[a-z_:])(?:[XYZ](?![A-Z])|N(?![A-Za-z]))/g, "3")
          .replaceAll(/(?<=\/)\*/g, "some")
          .replaceAll("*", "5")
          .replace(/\/$/, "");
        expect({ path, level: documented(path)?.level, file: documented(path)?.file }).toEqual({
          path,
          level: value("level", last),
          file: value("file", last),
        });
      }
    }
  });
});

describe("what decides between entries", () => {
  test("the one that spells out the most characters, whatever its level", () => {
    expect(speaks({ "/sys/a/b": "removed", "/sys/a/<x>": "stable" }, "/sys/a/b")).toBe("removed /sys/a/b");
    expect(speaks({ "/sys/a/b": "stable", "/sys/a/<x>": "removed", "/sys/.../b": "obsolete" }, "/sys/a/b")).toBe("stable /sys/a/b");
    expect(speaks({ "/sys/a/cpuX": "testing", "/sys/a/<x>": "stable" }, "/sys/a/cpu1")).toBe("testing /sys/a/cpuX");
    expect(speaks({ "/sys/.../power/control": "testing", "/sys/.../control": "stable" }, "/sys/a/b/power/control")).toBe(
      "testing /sys/.../power/control",
    );
  });

  test("of two that spell out as many, the stronger promise, and then the first by name", () => {
    expect(speaks({ "/sys/a/<x>": "obsolete", "/sys/a/<y>": "testing", "/sys/a/*": "removed" }, "/sys/a/b")).toBe("testing /sys/a/<y>");
    expect(speaks({ "/sys/a/<y>": "testing", "/sys/a/<x>": "testing" }, "/sys/a/b")).toBe("testing /sys/a/<x>");
  });

  test("the newest release that has any", () => {
    const facts = factsOf({ "/sys/a": "testing", "/sys/old": "stable" }, { "/sys/a": "stable" }, {});
    expect(compileDocumented(facts)("/sys/a")?.level).toBe("stable");
    expect(compileDocumented(facts)("/sys/old")).toBeUndefined();
    expect(compileDocumented(factsOf({}))("/sys/a")).toBeUndefined();
  });
});

describe("the forms of an entry", () => {
  test.each([
    ["/sys/a/<b>/c", ["/sys/a/0000:00:1f.2/c"], ["/sys/a/c", "/sys/a//c", "/sys/a/x/y/c"]],
    ["/sys/a/cpuX", ["/sys/a/cpu0", "/sys/a/cpu12"], ["/sys/a/cpu", "/sys/a/cpufreq", "/sys/a/cpu0/x"]],
    ["/sys/cXdY/a", ["/sys/c0d1/a"], ["/sys/c0/a", "/sys/cd/a"]],
    ["/sys/stateN/a", ["/sys/state0/a"], ["/sys/stateless/a", "/sys/state/a"]],
    ["/sys/LNXSYSTM:00/a", ["/sys/LNXSYSTM:00/a"], ["/sys/LN1SYSTM:00/a"]],
    ["/sys/XXXX:XX:XX.X/a", ["/sys/0000:00:1f.2/a"], ["/sys/0000:00/a"]],
    ["/sys/f[0-9]+/a", ["/sys/f12/a"], ["/sys/fx/a", "/sys/f/a"]],
    ["/sys/f[0-9]+[.][0-9]+/a", ["/sys/f0.1/a"], ["/sys/f0-1/a", "/sys/f01/a"]],
    ["/sys/f[0-15]_x/a", ["/sys/f12_x/a"], ["/sys/f_x/a"]],
    ["/sys/[core|mem]_[ce|ue]", ["/sys/core_ue", "/sys/mem_ce"], ["/sys/core", "/sys/core_mem"]],
    ["/sys/(dimm|rank)*/size", ["/sys/dimm0/size", "/sys/rank12/size"], ["/sys/disk0/size"]],
    ["/sys/dev[.Y].Z/a", ["/sys/dev.1/a", "/sys/dev.0.1/a"], ["/sys/dev/a", "/sys/dev1/a"]],
    ["/sys/TOS{1900,620{0,7,8}}:00/fan", ["/sys/TOS1900:00/fan", "/sys/TOS6207:00/fan"], ["/sys/TOS6209:00/fan", "/sys/TOS620:00/fan"]],
    ["/sys/a/*/c", ["/sys/a/b/c"], ["/sys/a/b/b/c", "/sys/a/c"]],
    ["/sys/devices/*/c", ["/sys/devices/b/c", "/sys/devices/b/b/c"], ["/sys/devices/c"]],
    ["/sys/a/.../c", ["/sys/a/b/c", "/sys/a/b/b/c"], ["/sys/a/c", "/sys/a/b/c/d"]],
    ["/sys/a/...", ["/sys/a/b"], ["/sys/a", "/sys/a/b/c"]],
    ["/sys/a/cpu.../c", ["/sys/a/cpu/c", "/sys/a/cpu_core/c"], ["/sys/a/gpu/c"]],
    ["/sys/a/b/", ["/sys/a/b", "/sys/a/b/"], ["/sys/a/b/c"]],
    ["/sys/GOOG\\:00/a", ["/sys/GOOG:00/a"], ["/sys/GOOG00/a"]],
    ['/sys/tX/name = "bmg160"', ["/sys/t0/name"], ["/sys/t0"]],
    ["/sys/<a device>/reset", ["/sys/x/reset"], ["/sys/reset"]],
    ["/sys/in_sqrt(x^2+y^2)_raw", ["/sys/in_sqrt(x^2+y^2)_raw"], ["/sys/in_sqrt"]],
    [".../X.ipa/version", ["/sys/devices/soc/3.ipa/version"], ["/proc/3.ipa/version"]],
    // Which spell nothing out, or are no paths.
    ["/sys/.../<device>/<UUID>/", [], ["/sys/devices/a/b", "/sys/a/b/c"]],
    ["The kernel syscall interface", [], ["The kernel syscall interface", "/The kernel syscall interface"]],
  ])("%s", (what, matching, others) => {
    for (const path of matching) expect(speaks({ [what]: "testing" }, path), path).toBe(`testing ${what}`);
    for (const path of others) expect(speaks({ [what]: "testing" }, path), path).toBeUndefined();
  });

  test("hostile entries and paths cost no more than they are long", () => {
    const stars = compileDocumented(factsOf({ [`/sys/${"*a".repeat(500)}b/c`]: "stable", [`/sys${"/.../a".repeat(100)}/b`]: "stable" }));
    expect(stars(`/sys/${"a".repeat(4000)}/c`)).toBeUndefined();
    expect(stars(`/sys${"/a".repeat(2000)}/c`)).toBeUndefined();
    expect(stars(`/sys/${"a".repeat(1000)}b/c`)?.level).toBe("stable");
    const choices = compileDocumented(factsOf({ [`/sys/${"{a,b}".repeat(40)}`]: "stable" }));
    expect(choices("/sys/ab")).toBeUndefined();
    expect(documented(`/sys/${"x/".repeat(100_000)}`)).toBeUndefined();
  });
});

describe("since when", () => {
  /** The first release of the history that has a system call; undefined for what the oldest has, which may be as old as you like. */
  const firstSeen = (name: string): string | undefined => {
    const first = shipped
      .table("syscalls")
      .find(name)
      ?.values("number")
      .findIndex((number) => number !== undefined);
    return first !== undefined && first > 0 ? shipped.releases[first]!.name : undefined;
  };

  test("rules/data/since.yaml has each system call of the newest release, by a manual page or by the history", () => {
    const since = parseYaml(readFileSync(here("../rules/data/since.yaml"), "utf8"), "since.yaml").value as Record<
      string,
      Record<string, string>
    >;
    expect(Object.keys(since)).toEqual(["syscalls", "seen", "ptrace-requests"]);
    const table = shipped.table("syscalls");
    const last = shipped.releases.length - 1;
    const names = Array.from({ length: table.size }, (_, index) => table.at(index)).flatMap((row) =>
      row.value("number", last) ? row.name : [],
    );
    const known = { ...since["syscalls"], ...since["seen"] };
    expect(Object.keys(known).filter((name) => !names.includes(name))).toEqual([]);
    // Of these the page leaves the column empty, and says in words that they once had other names.
    expect(names.filter((name) => known[name] === undefined)).toEqual(["pread64", "pwrite64"]);
    for (const [name, release] of Object.entries(since["seen"]!)) expect(firstSeen(name), name).toBe(release);
    for (const version of [...Object.values(since["syscalls"]!), ...Object.values(since["ptrace-requests"]!)])
      expect(version).toMatch(/^\d+\.\d+(?:\.\d+)?(?:-pre\d)?$/);
    expect(since["syscalls"]).toMatchObject({ openat: "2.6.16", clone3: "5.3", getpid: "1.0", futex_waitv: "5.16" });
    expect(since["ptrace-requests"]).toMatchObject({ PTRACE_GET_SYSCALL_INFO: "5.3", PTRACE_SEIZE: "3.4", PTRACE_GETREGSET: "2.6.34" });
  });
});
