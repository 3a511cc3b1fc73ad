import { parseAr, type ArMember } from "../inputs/ar.ts";
import { bytesSource, decodeText, readBytes, type ByteSource } from "../inputs/bytes.ts";
import { decompressed } from "../inputs/container.ts";
import { parseTar, type TarMember } from "../inputs/tar.ts";
import { InputError } from "../shared/input-error.ts";
import { MAX_CONTROL, MAX_UNPACKED } from "../shared/limits.ts";

/** What a Debian package holds. */
export interface Deb {
  /** Its name and version. */
  readonly package: string;
  /** What it installs; offsets are those of `data`. */
  readonly members: readonly TarMember[];
  readonly data: ByteSource;
}

/** The archive of a name, in whichever of the forms that abi-lint decompresses (deb(5) has others: bzip2 and lzma, no longer written). */
const archiveOf = async (members: readonly ArMember[], name: string, file: string): Promise<ByteSource> => {
  const member = members.find((each) => each.name === name || each.name.startsWith(`${name}.`));
  if (!member) throw new InputError({ file, message: `no Debian package: it has no ${name}` });
  if (!/\.tar(\.(gz|xz|zst))?$/.test(member.name))
    throw new InputError({ file, message: `${member.name} is compressed in a way that is not read (.gz, .xz and .zst are)` });
  const plain = await decompressed(member.source);
  if (plain !== member.source) return plain;
  if (plain.size > MAX_UNPACKED)
    throw new InputError({ file: plain.name, offset: MAX_UNPACKED, message: `goes on after ${MAX_UNPACKED} bytes` });
  // The file is closed before all of it is asked for.
  return bytesSource(plain.name, plain.read(0, plain.size));
};

/** Reads a Debian package in memory (deb(5)); nothing of it is run or written. @throws InputError where it is none, or damaged. */
export const readDeb = async (source: ByteSource): Promise<Deb> => {
  const archive = parseAr(source);
  const [version] = archive;
  if (version?.name !== "debian-binary" || !decodeText(version.source.read(0, Math.min(version.source.size, 2))).startsWith("2."))
    throw new InputError({
      file: source.name,
      offset: 8,
      message: 'no Debian package of format 2 (a member "debian-binary" was expected)',
    });
  const control = await archiveOf(archive, "control.tar", source.name);
  const about = parseTar(control).find(({ path, type }) => type === "file" && /^(\.\/)?control$/.test(path));
  if (about && about.size > MAX_CONTROL)
    throw new InputError({
      file: control.name,
      offset: about.offset,
      message: `a control file of ${about.size} bytes (at most ${MAX_CONTROL})`,
    });
  const text = about ? decodeText(readBytes(control, about.offset, about.size, "control")) : "";
  const [name, release] = ["Package", "Version"].map((field) => new RegExp(`^${field}: *(\\S+)$`, "m").exec(text)?.[1]);
  if (name === undefined || release === undefined)
    throw new InputError({ file: source.name, message: "no Debian package: its control file names no package and version" });
  const data = await archiveOf(archive, "data.tar", source.name);
  return { package: `${name} ${release}`, members: parseTar(data), data };
};
