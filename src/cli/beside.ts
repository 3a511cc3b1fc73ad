import { dirname, isAbsolute, join } from "node:path";

/** A path that a file names: from that file's own folder, unless it is absolute. */
export const beside = (file: string, path: string): string => (isAbsolute(path) ? path : join(dirname(file), path));
