import type { Host } from "./host.ts";
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
  readonly stderr: { write(text: string): void };
}
