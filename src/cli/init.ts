import { dirname, join } from "node:path";
import type { Host } from "./host.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { POLICY_NAMES } from "./load-policy.ts";
import { createFiles, fill, schemaFrom, type NewFile } from "./templates.ts";
import { shippedOf } from "./shipped.ts";

type CiHost = "github" | "gitlab" | "none";
type Editor = "vscode" | "vim" | "emacs" | "none";

export interface InitOptions {
  readonly ci?: CiHost;
  readonly editor?: Editor;
}

/** What init does: files to make, and texts to show because their place is taken or unknown. */
interface Plan {
  readonly files: readonly NewFile[];
  readonly shown: readonly { readonly heading: string; readonly text: string }[];
}

const NOTHING: Plan = { files: [], shown: [] };

type Templates = Readonly<Record<string, string>>;

/** The folder with `.git`, from the working directory upwards; the working directory where there is none. */
const repositoryRoot = (host: Host): string => {
  for (let folder = host.cwd; ; folder = dirname(folder)) {
    if (host.kindOf(join(folder, ".git")) !== "missing") return folder;
    if (dirname(folder) === folder) return host.cwd;
  }
};

/** The CI host that a remote of the repository names in its domain. */
const hostOfRemotes = (host: Host, root: string): CiHost | undefined => {
  const config = join(root, ".git/config");
  if (host.kindOf(config) !== "file") return undefined;
  const domains = [...host.readText(config).matchAll(/^[ \t]*url[ \t]*=[ \t]*(?:[a-z+]+:\/\/)?(?:[^@/\s]*@)?([^:/\s]+)/gm)].map(
    ([, domain]) => domain!,
  );
  return (["github", "gitlab"] as const).find((name) => domains.some((domain) => domain.split(".").includes(name)));
};

/** The CI host of a repository: what its remotes say, else whose files it has. */
const seenHost = (host: Host, root: string): CiHost | undefined => {
  const remote = hostOfRemotes(host, root);
  if (remote !== undefined) return remote;
  if (host.kindOf(join(root, ".github")) === "folder") return "github";
  return host.kindOf(join(root, ".gitlab-ci.yml")) === "file" ? "gitlab" : undefined;
};

const ciPlan = (host: Host, templates: Templates, wanted: CiHost | undefined): Plan => {
  const root = repositoryRoot(host);
  const ci = wanted ?? seenHost(host, root);
  if (ci === "none") return NOTHING;
  if (ci === undefined) return { files: [], shown: [{ heading: "No CI host was seen: --ci github or --ci gitlab says which.", text: "" }] };
  const path = ci === "github" ? ".github/workflows/abi-lint.yml" : ".gitlab/abi-lint.yml";
  const text = templates[`${ci}.yml.in`]!;
  // A workflow counts at the repository's root alone, and there this folder's package is not what `npm ci` installs.
  if (root !== host.cwd) return { files: [], shown: [{ heading: `For ${path} at the repository's root, with this folder's path:`, text }] };
  const include = { heading: "For .gitlab-ci.yml:", text: `include:\n  - local: ${path}\n` };
  return { files: [{ path, text }], shown: ci === "gitlab" ? [include] : [] };
};

/** The editor that is used here: whose folder is here, else the one that the environment names. */
const seenEditor = ({ host, env }: Io): Editor => {
  if (host.kindOf(".vscode") === "folder") return "vscode";
  const named = env["VISUAL"] ?? env["EDITOR"] ?? "";
  return /\bn?vim?\b/.test(named) ? "vim" : /emacs/.test(named) ? "emacs" : "vscode";
};

const editorPlan = (io: Io, templates: Templates, wanted: Editor | undefined): Plan => {
  const editor = wanted ?? seenEditor(io);
  if (editor === "none") return NOTHING;
  if (editor === "vim") return { files: [], shown: [{ heading: "For vim, in .exrc or your vimrc:", text: templates["vimrc.in"]! }] };
  if (editor === "emacs") return { files: [], shown: [{ heading: "For Emacs, in .dir-locals.el:", text: templates["dir-locals.el.in"]! }] };
  const path = ".vscode/tasks.json";
  const text = templates["tasks.json.in"]!;
  const isFree = io.host.kindOf(".vscode") === "folder" && io.host.kindOf(path) === "missing";
  return isFree ? { files: [{ path, text }], shown: [] } : { files: [], shown: [{ heading: `For VS Code, in ${path}:`, text }] };
};

const NEXT = `Next:
  npm install --save-dev abi-lint
  npx abi-lint export MODULE.ko -o abi-lint.manifest.json
  commit both: CI and editor check that manifest
`;

/** `abi-lint init`: a policy, a CI snippet and an editor task. Asks nothing, overwrites nothing, and writes all or nothing. */
export const init = (options: InitOptions, io: Io): ExitCode => {
  const { host, stdout } = io;
  const { templates } = shippedOf(io).data;
  const policy: NewFile = {
    path: POLICY_NAMES[0]!,
    text: fill(templates["abi-lint.yaml.in"]!, { schema: schemaFrom(host, ".", "policy.json") }),
  };
  const plans = [ciPlan(host, templates, options.ci), editorPlan(io, templates, options.editor)];
  const files = [policy, ...plans.flatMap((plan) => plan.files)];
  createFiles(host, files, POLICY_NAMES.slice(1));
  const texts = plans.flatMap((plan) => plan.shown).map(({ heading, text }) => `${heading}\n${text.replace(/^(?=.)/gm, "  ")}`);
  stdout.write([files.map((file) => `${file.path} written\n`).join(""), ...texts, NEXT].join("\n"));
  return EXIT.clean;
};
