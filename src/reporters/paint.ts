import { styleText } from "node:util";

export type Style = Parameters<typeof styleText>[0];
export type Paint = (style: Style, text: string) => string;

/** Colours where they are wanted; the wish alone decides, not the stream. */
export const painter = (color: boolean): Paint =>
  color ? (style, text) => styleText(style, text, { validateStream: false }) : (_, text) => text;

export const plural = (count: number, word: string): string => `${count} ${word}${count === 1 ? "" : "s"}`;
