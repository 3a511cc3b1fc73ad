import { statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { npm } from "./hosts.ts";

// VS Code's own code that turns a task's output into problems, from the packages in which its sources are published for other programs.

const VERSION = "37.6.1";
const API = "@codingame/monaco-vscode-api";
const TASKS = "@codingame/monaco-vscode-task-service-override";

export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: "error" | "warning" | "note";
  readonly message: string;
  readonly code?: string;
  readonly source?: string;
}

// What is used of VS Code's modules.
interface Uri {
  readonly fsPath: string;
}
interface Marker {
  readonly resource: Uri;
  readonly startLineNumber: number;
  readonly startColumn: number;
  readonly severity: number;
  readonly message: string;
  readonly code?: string;
  readonly source?: string;
}
interface MarkerService {
  read(filter: { readonly owner: string }): readonly Marker[];
}
interface Collector {
  processLine(line: string): void;
  aboutToStart?(): void;
  done(): void;
  /** The lines are dealt with one after the other; this is the end of the last. */
  readonly tail?: Promise<void>;
}
export type Matcher = Readonly<Record<string, unknown>>;

/** Reads the lines of a task. */
export interface Reader {
  read(line: string): void;
  /** The process has ended. */
  end(): void;
  problems(): Promise<readonly Problem[]>;
}

/** How a task's output is read: once, or for as long as it runs in the background. */
export type Reading = "once" | "background";

export interface VsCode {
  parseJson(text: string): unknown;
  /** The reader of a task whose matchers are given, in a workspace. @throws where VS Code finds fault with one */
  reader(matchers: readonly Matcher[], workspace: string, reading: Reading): Reader;
}

/** MarkerSeverity of vs/platform/markers/common/markers.ts; its Info is what a matcher makes of "note". */
const SEVERITIES: Readonly<Record<number, Problem["severity"]>> = { 8: "error", 4: "warning", 2: "note" };

export const loadVsCode = async (): Promise<VsCode> => {
  const modules = npm({ [API]: VERSION, [TASKS]: VERSION });
  const load = (name: string, path: string): Promise<never> =>
    import(/* @vite-ignore */ pathToFileURL(join(modules, name, "vscode/src/vs", path)).href) as Promise<never>;
  const { ProblemMatcherParser }: { ProblemMatcherParser: new (reporter: object) => { parse(definition: Matcher): object | undefined } } =
    await load(API, "workbench/contrib/tasks/common/problemMatcher.js");
  const { ValidationStatus }: { ValidationStatus: new () => object } = await load(API, "base/common/parsers.js");
  const { MarkerService: Markers }: { MarkerService: new () => MarkerService } = await load(
    API,
    "platform/markers/common/markerService.js",
  );
  const { parse }: { parse(text: string): unknown } = await load(API, "base/common/json.js");
  type CollectorArguments = readonly unknown[];
  const collectors: Readonly<Record<string, new (...args: CollectorArguments) => Collector>> = await load(
    TASKS,
    "workbench/contrib/tasks/common/problemCollectors.js",
  );

  const noModels = { onModelAdded: () => ({ dispose() {} }), onModelRemoved: () => ({ dispose() {} }), getModels: () => [] };
  const files = { stat: async ({ fsPath }: Uri) => statSync(fsPath) };

  const parsed = (definition: Matcher, workspace: string): object => {
    // The workbench puts the folder in the place of the variable before it parses.
    const resolved = JSON.parse(
      JSON.stringify(definition).replaceAll(/\$\{(workspaceFolder|cwd)\}/g, () => JSON.stringify(workspace).slice(1, -1)),
    ) as Matcher;
    const faults: string[] = [];
    const fault = (text: string): void => void faults.push(text);
    const reporter = { info: fault, warn: fault, error: fault, fatal: fault, status: new ValidationStatus() };
    const matcher = new ProblemMatcherParser(reporter).parse(resolved);
    if (matcher === undefined || faults.length > 0) throw new Error(`VS Code refuses the matcher: ${faults.join("; ")}`);
    return matcher;
  };

  const reader = (definitions: readonly Matcher[], workspace: string, reading: Reading): Reader => {
    const matchers = definitions.map((definition) => parsed(definition, workspace));
    const markers = new Markers();
    const collector =
      reading === "once"
        ? new collectors["StartStopProblemCollector"]!(matchers, markers, noModels, 0, files)
        : new collectors["WatchingProblemCollector"]!(matchers, markers, noModels, files);
    collector.aboutToStart?.();
    return {
      read: (line) => collector.processLine(line),
      end: () => void collector.tail?.then(() => collector.done()),
      problems: async () => {
        await collector.tail;
        // The end of the last line has its own end in the same turn.
        await new Promise((resolve) => setImmediate(resolve));
        return markers.read({ owner: definitions[0]!["owner"] as string }).map((marker) => ({
          file: marker.resource.fsPath,
          line: marker.startLineNumber,
          column: marker.startColumn,
          severity: SEVERITIES[marker.severity]!,
          message: marker.message,
          ...(marker.code !== undefined && { code: marker.code }),
          ...(marker.source !== undefined && { source: marker.source }),
        }));
      },
    };
  };
  return { parseJson: parse, reader };
};
