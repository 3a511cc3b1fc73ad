import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

// What the tests of editors, CI hosts and build systems share: abi-lint as a command that others can call, and the programs that call it.

export const REPOSITORY = new URL("../..", import.meta.url).pathname;
export const EXAMPLES = join(REPOSITORY, "examples");
export const WORK = join(process.env["ABI_LINT_REAL"] ?? "/tmp/abi-lint-real", "hosts");

const quiet = ["ignore", "ignore", "inherit"] as const;

/** An environment that no outer npm has left its own settings in. A certificate bundle would only cost time. */
export const cleanEnv = (more: Readonly<Record<string, string>> = {}): Record<string, string> => {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_|^NODE_EXTRA_CA_CERTS$|^(MAKE|MFLAGS|GITHUB_|CI$)/.test(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...more };
};

/** Installs Debian packages, and the headers of a kernel. @returns the kernel's release */
export const debian = (...packages: readonly string[]): string =>
  execFileSync(new URL("prepare/hosts.sh", import.meta.url).pathname, packages, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  }).trim();

/** Packages of npm, none of whose scripts is run. @returns the node_modules that has them */
export const npm = (packages: Readonly<Record<string, string>>): string => {
  const folder = join(WORK, "npm");
  mkdirSync(folder, { recursive: true });
  const wanted = Object.entries(packages);
  const hasAll = wanted.every(([name, version]) => {
    const file = join(folder, "node_modules", name, "package.json");
    return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version === version;
  });
  if (!hasAll) {
    if (!existsSync(join(folder, "package.json"))) writeFileSync(join(folder, "package.json"), "{}\n");
    const names = wanted.map(([name, version]) => `${name}@${version}`);
    // Not without the certificates here: this is the one command that asks a registry.
    execFileSync("npm", ["install", "--prefix", folder, "--ignore-scripts", "--no-fund", "--no-audit", "--silent", ...names], {
      stdio: [...quiet],
    });
  }
  return join(folder, "node_modules");
};

export interface Package {
  /** The folder that a package manager would make of the tarball. */
  readonly folder: string;
  readonly tarball: string;
  /** The command. */
  readonly command: string;
}

/**
 * abi-lint as npm would pack it, built from the sources in a folder of its own. The bundle has its dependencies in it, so that this package names none
 * and can be installed without a network.
 */
export const packed = (): Package => {
  const tree = join(WORK, "tree");
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(tree, { recursive: true });
  for (const name of ["package.json", "src", "node_modules"]) symlinkSync(join(REPOSITORY, name), join(tree, name));
  // npm packs no links.
  for (const name of ["rules", "examples", "action.yml", ".pre-commit-hooks.yaml", "README.md", "CHANGELOG.md", "LICENSE"]) {
    cpSync(join(REPOSITORY, name), join(tree, name), { recursive: true });
  }
  execFileSync("npm", ["run", "--silent", "build:bundle"], { cwd: tree, stdio: [...quiet], env: cleanEnv() });
  const {
    dependencies: _,
    devDependencies: __,
    scripts: ___,
    exports: ____,
    ...manifest
  } = JSON.parse(readFileSync(join(tree, "package.json"), "utf8")) as Record<string, unknown>;
  for (const name of ["package.json", "src", "node_modules"]) rmSync(join(tree, name));
  writeFileSync(join(tree, "package.json"), JSON.stringify(manifest, null, 2));
  const [{ filename }] = JSON.parse(
    execFileSync("npm", ["pack", "--json", "--pack-destination", WORK], { cwd: tree, encoding: "utf8", env: cleanEnv() }),
  ) as [{ filename: string }];
  const tarball = join(WORK, filename);
  rmSync(join(WORK, "package"), { recursive: true, force: true });
  execFileSync("tar", ["-xzf", tarball, "-C", WORK], { stdio: [...quiet] });
  const folder = join(WORK, "package");
  return { folder, tarball, command: join(folder, "dist/abi-lint.js") };
};
