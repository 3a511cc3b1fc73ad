import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse } from "yaml";
import { runnerReads } from "../support/workflow-commands.ts";
import { cleanEnv } from "./hosts.ts";

// A runner of GitHub Actions, as small as abi-lint's action needs it: composite actions, `run` steps, workflow commands, problem matchers.
// A port of actions/runner (src/Runner.Worker: IssueMatcher.cs, Handlers/OutputManager.cs, ActionCommandManager.cs, ExecutionContext.cs), whose C# runs
// nowhere here; expressions are evaluated by GitHub's own @actions/expressions.

export interface Annotation {
  readonly severity: "error" | "warning" | "notice";
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly code?: string;
}

export interface Outcome {
  readonly status: number;
  /** Lines that were no commands. */
  readonly log: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly outputs: Readonly<Record<string, string>>;
  /** What was written to $GITHUB_STEP_SUMMARY. */
  readonly summary: string;
}

type Context = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** Puts the values of a context in the place of each `${{ … }}`. */
export type Fill = (text: string, context: Context) => string;

export const loadFill = async (modules: string): Promise<Fill> => {
  interface Data {
    coerceString(): string;
  }
  interface Expressions {
    Lexer: new (input: string) => { lex(): { tokens: readonly object[] } };
    Parser: new (tokens: readonly object[], contexts: readonly string[], functions: readonly object[]) => { parse(): object };
    Evaluator: new (expression: object, context: Data) => { evaluate(): Data };
    data: { Dictionary: new (...pairs: readonly { key: string; value: Data }[]) => Data; StringData: new (value: string) => Data };
  }
  const { Lexer, Parser, Evaluator, data } = (await import(
    /* @vite-ignore */ pathToFileURL(join(modules, "@actions/expressions/dist/index.js")).href
  )) as Expressions;
  const dataOf = (value: unknown): Data =>
    typeof value === "object" && value !== null
      ? new data.Dictionary(...Object.entries(value).map(([key, each]) => ({ key, value: dataOf(each) })))
      : new data.StringData(String(value));
  return (text, context) =>
    text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) => {
      const { tokens } = new Lexer(expression.trim()).lex();
      return new Evaluator(new Parser(tokens, Object.keys(context), []).parse(), dataOf(context)).evaluate().coerceString();
    });
};

interface Pattern {
  readonly regexp: string;
  readonly [group: string]: number | string | undefined;
}
interface Matcher {
  readonly owner: string;
  readonly severity?: string;
  readonly pattern: readonly Pattern[];
}

/** IssueMatchersConfig.Validate, for matchers of one pattern. */
const validated = (matchers: readonly Matcher[]): readonly Matcher[] => {
  const owners = matchers.map(({ owner }) => owner.toLowerCase());
  if (owners.includes("") || new Set(owners).size < owners.length) throw new Error("owners must be there, and distinct");
  for (const { owner, severity = "", pattern } of matchers) {
    if (!["", "error", "warning", "notice"].includes(severity)) throw new Error(`${owner}: unexpected default severity '${severity}'`);
    const [{ regexp, ...groups }, ...more] = pattern as [Pattern];
    if (more.length > 0) throw new Error(`${owner}: patterns of several lines are not ported`);
    // One more alternative that matches anything tells how many groups there are.
    const count = new RegExp(`${regexp}|`).exec("")!.length;
    for (const [name, group] of Object.entries(groups)) {
      if (!["file", "line", "column", "severity", "code", "message", "fromPath"].includes(name)) throw new Error(`${owner}: '${name}'?`);
      if (!(Number(group) >= 0 && Number(group) < count)) throw new Error(`${owner}: '${name}' is out of range`);
    }
    if (groups["message"] === undefined) throw new Error(`${owner}: at least one pattern must set 'message'`);
  }
  return matchers;
};

/** The folder of the workflow's repository that holds a file: the nearest with a .git/config, if that has the repository's address. */
const repositoryOf = (file: string, address: string): string | undefined => {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const config = join(folder, ".git/config");
    if (!existsSync(config)) continue;
    const has = readFileSync(config, "utf8")
      .split("\n")
      .some((line) => line.trim() === `url = ${address}`);
    return has ? folder : undefined;
  }
  return undefined;
};

/** The address of the repository that a test's workspace must have as a remote. */
export const REPOSITORY_ADDRESS = "https://github.com/someone/doorbell";

/** ExecutionContext.cs, _maxCountPerIssueType: what comes later is dropped. */
const PER_TYPE = 10;

/** OutputManager.ConvertToIssue. */
const issueOf = (matcher: Matcher, match: RegExpExecArray, workspace: string): Annotation | undefined => {
  const pattern = matcher.pattern[0]!;
  const value = (name: string): string => (pattern[name] === undefined ? "" : (match[Number(pattern[name])] ?? ""));
  const message = value("message");
  const severity = (value("severity") || matcher.severity || "error").toLowerCase();
  if (message.trim() === "" || !["error", "warning", "notice"].includes(severity)) return undefined;
  const number = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined);
  const [line, column, code] = [number(value("line")), number(value("column")), value("code").trim()];
  const path = value("file").trim() === "" ? undefined : resolve(workspace, value("file"));
  const isFile = path !== undefined && existsSync(path) && statSync(path).isFile();
  const root = isFile ? repositoryOf(path, REPOSITORY_ADDRESS) : undefined;
  return {
    severity: severity as Annotation["severity"],
    message,
    ...(root !== undefined && { file: relative(root, path!) }),
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    ...(code !== "" && { code }),
  };
};

/** What a runner makes of the lines of one step. */
const readOutput = (output: string, workspace: string): Pick<Outcome, "log" | "annotations"> => {
  let matchers: readonly Matcher[] = [];
  let stoppedUntil: string | undefined;
  const log: string[] = [];
  const annotations: Annotation[] = [];
  const annotate = (annotation: Annotation): void => {
    if (annotations.filter(({ severity }) => severity === annotation.severity).length < PER_TYPE) annotations.push(annotation);
  };
  for (const line of output.split(/\r\n|\r|\n/)) {
    if (stoppedUntil !== undefined) {
      if (line.trimStart().startsWith(`::${stoppedUntil}::`)) {
        stoppedUntil = undefined;
        continue;
      }
    } else {
      const read = runnerReads(line)[0] ?? "";
      if (typeof read !== "string") {
        const { name, properties, data } = read;
        if (name === "stop-commands") stoppedUntil = data;
        else if (name === "add-matcher") {
          const file = isAbsolute(data) ? data : join(workspace, data);
          const { problemMatcher } = JSON.parse(readFileSync(file, "utf8")) as { problemMatcher: readonly Matcher[] };
          const added = validated(problemMatcher);
          matchers = [...added, ...matchers.filter(({ owner }) => !added.some((each) => each.owner === owner))];
        } else if (name === "remove-matcher") matchers = matchers.filter(({ owner }) => owner !== properties["owner"]);
        else if (name === "error" || name === "warning" || name === "notice") {
          const { file, line: at, col } = properties;
          annotate({
            severity: name,
            message: data,
            ...(file !== undefined && { file }),
            ...(at !== undefined && { line: Number(at) }),
            ...(col !== undefined && { column: Number(col) }),
          });
        } else throw new Error(`a command that abi-lint has no use for: ${line}`);
        continue;
      }
    }
    const stripped = line.replaceAll(/\x1b\[[0-9;]*m?/g, "");
    const issue = matchers
      .map((matcher) => {
        const match = new RegExp(matcher.pattern[0]!.regexp).exec(stripped);
        return match === null ? undefined : issueOf(matcher, match, workspace);
      })
      .find((each) => each !== undefined);
    if (issue) annotate(issue);
    log.push(line);
  }
  if (stoppedUntil !== undefined) throw new Error("commands stayed stopped");
  return { log, annotations };
};

interface Step {
  readonly id?: string;
  readonly if?: string;
  readonly uses?: string;
  readonly with?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly run?: string;
  readonly shell?: string;
}

export interface Place {
  /** $GITHUB_WORKSPACE. */
  readonly workspace: string;
  /** A folder for $RUNNER_TEMP and the files of commands. */
  readonly temp: string;
  readonly fill: Fill;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a `run` step in a shell as the runner calls it: https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
const runScript = (
  script: string,
  shell: string | undefined,
  env: Readonly<Record<string, string>>,
  { workspace, temp }: Place,
): Outcome => {
  const folder = mkdtempSync(join(temp, "step-"));
  const file = (name: string, text = ""): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const options = shell === "bash" ? ["--noprofile", "--norc", "-e", "-o", "pipefail"] : ["-e"];
  const [output, summary] = [file("output"), file("summary")];
  mkdirSync(join(temp, "runner"), { recursive: true });
  const { stdout, status } = spawnSync("bash", ["-c", 'exec "$@" 2>&1', "step", "bash", ...options, file("script.sh", script)], {
    cwd: workspace,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env: cleanEnv({
      CI: "true",
      GITHUB_ACTIONS: "true",
      GITHUB_WORKSPACE: workspace,
      GITHUB_OUTPUT: output,
      GITHUB_STEP_SUMMARY: summary,
      RUNNER_TEMP: join(temp, "runner"),
      ...env,
    }),
  });
  const pairs = readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
  return {
    status: status ?? 128,
    ...readOutput(stdout, workspace),
    outputs: Object.fromEntries(pairs) as Record<string, string>,
    summary: readFileSync(summary, "utf8"),
  };
};

/** Runs a composite action. @throws where it is given an input that it does not have */
export const runAction = (folder: string, inputs: Readonly<Record<string, unknown>>, place: Place): Outcome => {
  const action = parse(readFileSync(join(folder, "action.yml"), "utf8")) as {
    readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
    readonly outputs: Readonly<Record<string, { readonly value: string }>>;
    readonly runs: { readonly using: string; readonly steps: readonly Step[] };
  };
  const unknown = Object.keys(inputs).filter((name) => !Object.hasOwn(action.inputs, name));
  if (action.runs.using !== "composite" || unknown.length > 0) throw new Error(`no composite action with ${unknown.join(", ")}`);
  const given = Object.fromEntries(Object.entries(action.inputs).map(([name, { default: usual = "" }]) => [name, inputs[name] ?? usual]));
  const steps: Record<string, { readonly outputs: Readonly<Record<string, string>> }> = {};
  const done: Outcome[] = [];
  for (const step of action.runs.steps) {
    if (step.run === undefined || step.if !== undefined) throw new Error("a step that is not ported");
    const context: Context = { inputs: given, steps, github: { action_path: folder, workspace: place.workspace } };
    const env = Object.fromEntries(Object.entries(step.env ?? {}).map(([name, value]) => [name, place.fill(value, context)]));
    const outcome = runScript(
      place.fill(step.run, context),
      step.shell,
      // An action gets its inputs as a context alone: INPUT_* is for those written in JavaScript.
      { ...place.env, ...env, GITHUB_ACTION_PATH: folder },
      place,
    );
    done.push(outcome);
    if (step.id !== undefined) steps[step.id] = { outputs: outcome.outputs };
    if (outcome.status !== 0) break;
  }
  return {
    status: done.at(-1)!.status,
    log: done.flatMap(({ log }) => log),
    annotations: done.flatMap(({ annotations }) => annotations),
    summary: done.map(({ summary }) => summary).join(""),
    outputs: Object.fromEntries(
      Object.entries(action.outputs).map(([name, { value }]) => [name, place.fill(value, { inputs: given, steps, github: {} })]),
    ),
  };
};

export interface Job {
  readonly outcomes: readonly Outcome[];
  /** Actions of others, which are not run here. */
  readonly passedOver: readonly string[];
}

/** Runs a job of a workflow up to the first step that fails; of the actions that it uses, those of the workspace. */
export const runJob = (workflow: string, job: string, place: Place): Job => {
  const { jobs } = parse(workflow) as { readonly jobs: Readonly<Record<string, { readonly steps: readonly Step[] }>> };
  const outcomes: Outcome[] = [];
  const passedOver: string[] = [];
  for (const step of jobs[job]!.steps) {
    if (step.uses !== undefined && !step.uses.startsWith("./")) {
      passedOver.push(step.uses);
      continue;
    }
    if (step.if !== undefined) throw new Error("a condition that is not ported");
    const outcome =
      step.uses === undefined
        ? runScript(step.run!, step.shell, place.env, place)
        : runAction(join(place.workspace, step.uses), step.with ?? {}, place);
    outcomes.push(outcome);
    if (outcome.status !== 0) break;
  }
  return { outcomes, passedOver };
};
