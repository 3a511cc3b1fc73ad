export interface Outcome {
    readonly status: number;
    readonly stdout: string;
    readonly stderr: string;
}
/** Runs the command in a folder, without a child process; a pipe of 100 columns on a fixed day. */
export declare const abiLint: (cwd: string, ...argv: string[]) => Promise<Outcome>;
