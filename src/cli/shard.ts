import { crc32 } from "node:zlib";
import { InputError } from "../shared/input-error.ts";
import type { Subject } from "../usage/model.ts";

/** A share of a run's inputs. */
interface Share {
  readonly share: number;
  readonly of: number;
  /** Whether the subjects of a file are in it. */
  hasPath(path: string): boolean;
  has(subject: Subject): boolean;
}

/** More would not finish sooner. */
const MAX_SHARES = 1000;

/**
 * `i/n` as the i-th of n shares. Which share an input falls to is told from its path alone, so that an input more moves no other.
 * @throws InputError where it is none.
 */
export const parseShare = (text: string): Share => {
  const [, first, second] = /^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? [];
  const [share, of] = [Number(first), Number(second)];
  if (first === undefined || of < 1 || of > MAX_SHARES || share < 1 || share > of)
    throw new InputError({
      file: "--shard",
      message: `"${text}" is no share`,
      hint: `1/3, 2/3 and 3/3 are the shares of three (at most ${MAX_SHARES})`,
    });
  const hasPath = (path: string): boolean => shareOf(path, of) === share;
  return { share, of, hasPath, has: ({ path }) => hasPath(path) };
};

const shareOf = (path: string, of: number): number => (crc32(path) % of) + 1;
