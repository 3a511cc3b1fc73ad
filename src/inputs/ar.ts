import { InputError } from "../shared/input-error.ts";
import { MAX_AR_MEMBERS } from "../shared/limits.ts";
import { readBytes, type ByteSource } from "./bytes.ts";

// An ar archive as deb(5) has it: the magic, then members, each behind a header of 60 bytes and padded to an even offset (GNU binutils, include/aout/ar.h).
const MAGIC = "!<arch>\n";
const HEADER = 60;
const [SIZE_AT, SIZE_END, END_AT] = [48, 58, 58];

export interface ArMember {
  readonly name: string;
  /** The member alone; its offsets are relative to its first byte. */
  readonly source: ByteSource;
}

/** Whether a file begins as an archive does. */
export const isAr = (source: ByteSource): boolean =>
  source.size >= MAGIC.length && Buffer.from(source.read(0, MAGIC.length)).toString("latin1") === MAGIC;

/** The members of an archive, in its order. @throws InputError where it is none, or where a member does not fit into it. */
export const parseAr = (source: ByteSource): readonly ArMember[] => {
  const fail = (offset: number, message: string): never => {
    throw new InputError({ file: source.name, offset, message });
  };
  if (!isAr(source)) fail(0, 'no Debian package ("!<arch>" was expected)');
  const members: ArMember[] = [];
  for (let at = MAGIC.length; at < source.size;) {
    if (members.length === MAX_AR_MEMBERS) fail(at, `more than ${MAX_AR_MEMBERS} members`);
    const header = Buffer.from(readBytes(source, at, HEADER, "the header of a member")).toString("latin1");
    if (header.slice(END_AT) !== "`\n") fail(at + END_AT, "the header of a member does not end as it has to");
    const size = header.slice(SIZE_AT, SIZE_END).trimEnd();
    if (!/^\d+$/.test(size)) fail(at + SIZE_AT, `"${size}" is no size of a member`);
    const [start, length] = [at + HEADER, Number(size)];
    // deb(5) allows the slash that SysV's form ends a name with.
    const name = header.slice(0, 16).trimEnd().replace(/\/$/, "");
    if (start + length > source.size)
      fail(at, `member "${name}" ends at byte ${start + length}, past the end of the file (${source.size} bytes)`);
    members.push({
      name,
      source: { name: `${source.name}: ${name}`, size: length, read: (offset, wanted) => source.read(start + offset, wanted) },
    });
    at = start + length + (length & 1);
  }
  return members;
};
