import { InputError } from "../shared/input-error.ts";
import { readBytes, type ByteSource } from "./bytes.ts";

/** The signature that `scripts/sign-file` appends to a module. */
export interface Signature {
  /** Bytes from which on the file is no longer the module: signature, descriptor and marker. */
  readonly start: number;
}

const MARKER = "~Module signature appended~\n";
/** sizeof(struct module_signature), include/linux/module_signature.h: algo, hash, id_type, signer_len, key_id_len, 3 × pad, be32 sig_len. */
const DESCRIPTOR = 12;

/** The appended signature, if the file ends in its marker. @throws InputError where the lengths do not fit the file. */
export const parseSignature = (source: ByteSource): Signature | undefined => {
  const tail = MARKER.length + DESCRIPTOR;
  if (source.size < tail) return undefined;
  const bytes = readBytes(source, source.size - tail, tail, "signature");
  for (let i = 0; i < MARKER.length; i++) if (bytes[DESCRIPTOR + i] !== MARKER.charCodeAt(i)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint8(3) + view.getUint8(4) + view.getUint32(8, false);
  const start = source.size - tail - length;
  if (start < 0)
    throw new InputError({
      file: source.name,
      offset: source.size - tail,
      message: `an appended signature of ${length} bytes in a file of ${source.size}`,
    });
  return { start };
};
