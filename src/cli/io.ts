import type { Host } from "./host.ts";

/** All that a command needs from outside. */
export interface Io {
  readonly host: Host;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The host's day, ISO. */
  readonly today: string;
  readonly stdout: { write(text: string): void; readonly isTerminal: boolean; readonly columns: number };
  readonly stderr: { write(text: string): void };
}
