import type { Host } from "./host.ts";
import type { Progress } from "./progress.ts";
import type { Shipped } from "./shipped.ts";

/** All that a command needs from outside. */
export interface Io {
  readonly host: Host;
  /** Rules, promises, presets and facts that come with abi-lint, where the caller has read them already. */
  readonly shipped?: Shipped;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The host's day, ISO. */
  readonly today: string;
  readonly stdout: { write(text: string): void; readonly isTerminal: boolean; readonly columns: number };
  readonly stderr: { write(text: string): void; readonly isTerminal?: boolean; readonly columns?: number };
  /** Milliseconds since some moment, for what is told while work goes on; left out: nothing is told. */
  readonly clock?: () => number;
  /** Tells what goes on, where somebody watches; whatever is printed takes its place. */
  readonly progress?: Progress;
}
