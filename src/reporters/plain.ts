import { visible } from "../shared/visible.ts";

// Halves of surrogate pairs: no encoding of Unicode has them, and strict readers of JSON and XML refuse a file for one.
const LONE = /\p{Surrogate}/gu;

/** No honest line is as long: the kernel's own names end at 512 bytes (KSYM_NAME_LEN, include/linux/kallsyms.h). */
const MAX_LINE = 2000;

const MAX_PATH = 4096;

/** Text of at most so many UTF-16 units; what was cut shows as an ellipsis. */
export const clip = (text: string, max: number): string =>
  text.length <= max ? text : `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;

/** A name or a path that any encoder and any terminal takes: what cannot be printed is shown, the rest is as it was. */
export const literal = (text: string): string => visible(text).replace(LONE, "\ufffd");

/** A path for a reader that looks for the file; what is longer than PATH_MAX (include/uapi/linux/limits.h) is none, and readers of URIs fail on it. */
export const pathText = (path: string): string => clip(literal(path), MAX_PATH);

/** Prose as one line of bounded length: a rule's words, an error's, a waiver's. */
export const oneLine = (text: string): string => clip(literal(text.trim().replace(/\s*\n\s*/g, " ")), MAX_LINE);

/** As many of the first texts as fit into a number of characters, each with a separator of one. */
export const fitting = (texts: readonly string[], room: number): readonly string[] => {
  let left = room;
  const end = texts.findIndex((text) => (left -= text.length + 1) < 0);
  return end < 0 ? texts : texts.slice(0, end);
};

/** Names that come again get a number, so that each is told apart: `x`, `x-2`. The order decides, so the order must be stable. */
export const numbering = (join = (name: string, count: number): string => `${name}-${count}`): ((name: string) => string) => {
  const seen = new Map<string, number>();
  return (name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : join(name, count);
  };
};
