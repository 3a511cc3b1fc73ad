/** Whether source written for one prototype still compiles with another, as far as the types themselves tell. */
export type Fit = "fits" | "breaks" | "unknown";

interface Prototype {
  readonly returns: string;
  readonly parameters: readonly string[];
  readonly isVariadic: boolean;
}

/** The index behind the parenthesis that closes the one at `open`. */
const behind = (text: string, open: number): number => {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")" && --depth === 0) return at + 1;
  }
  return text.length;
};

/** Splits at the commas that no parenthesis encloses. */
const splitList = (text: string): readonly string[] => {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === "(") depth++;
    else if (text[at] === ")") depth--;
    else if (text[at] === "," && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
};

/** A normalised type as a prototype; undefined for a variable's. A function's own list is the last one and ends the text. */
const prototypeOf = (signature: string): Prototype | undefined => {
  for (let open = signature.indexOf("("); open >= 0; open = signature.indexOf("(", behind(signature, open))) {
    if (behind(signature, open) !== signature.length) continue;
    const list = splitList(signature.slice(open + 1, -1));
    const parameters = list.length === 1 && (list[0] === "void" || list[0] === "") ? [] : list;
    const isVariadic = parameters.at(-1) === "...";
    return { returns: signature.slice(0, open).trim(), parameters: isVariadic ? parameters.slice(0, -1) : parameters, isVariadic };
  }
  return undefined;
};

const ARITHMETIC =
  /^(?:const )?(?:enum \w+|(?:(?:un)?signed|char|short|int|long|bool|_Bool|float|double|[us](?:8|16|32|64)|__u?(?:int)?\d*)(?: (?:(?:un)?signed|char|short|int|long|double))*)$/;
/** Integers under a name of their own (include/linux/types.h, gfp_types.h, poll.h): the ones that exports take. */
const ARITHMETIC_TYPES = new Set(
  [
    "size_t",
    "ssize_t",
    "loff_t",
    "off_t",
    "pid_t",
    "dev_t",
    "umode_t",
    "mode_t",
    "gfp_t",
    "sector_t",
    "blkcnt_t",
    "dma_addr_t",
    "phys_addr_t",
  ].concat(
    [
      "resource_size_t",
      "ktime_t",
      "time64_t",
      "time_t",
      "pgoff_t",
      "irqreturn_t",
      "netdev_features_t",
      "blk_status_t",
      "blk_mode_t",
      "fmode_t",
    ],
    [
      "blk_opf_t",
      "blk_qc_t",
      "__poll_t",
      "vm_fault_t",
      "vm_flags_t",
      "acpi_status",
      "acpi_handle",
      "uintptr_t",
      "ptrdiff_t",
      "clock_t",
      "key_serial_t",
    ],
    ["__le16", "__le32", "__le64", "__be16", "__be32", "__be64", "__wsum", "__sum16", "ino_t", "netdev_tx_t", "qsize_t", "cycles_t"],
  ),
);

const isArithmetic = (type: string): boolean => ARITHMETIC.test(type) || ARITHMETIC_TYPES.has(type);
const isPointer = (type: string): boolean => type.endsWith("*") || type.includes("(*)");
const isAggregate = (type: string): boolean => /^(?:const )?(?:struct|union) \w+$/.test(type);
const isVoid = (type: string): boolean => /^(?:const )?(?:volatile )?void \*$/.test(type);
/** The pointer as the unqualified pointee would have it: the first const behind a pointer may be gained, never lost. */
const withoutConst = (type: string): string => type.replace(/\bconst (?=[^*]*\*$)/, "");

/** Whether a pointer leads to a type under a name of its own. */
const isTypedef = (pointer: string): boolean => {
  if (pointer.includes("(")) return /\b\w+_t\b/.test(pointer);
  const pointee = pointer.replace(/\s*\*.*$/, "").replace(/^(?:const |volatile )+/, "");
  return !isAggregate(pointee) && !isArithmetic(pointee) && pointee !== "void";
};

/** Whether a value of one type may be given where another is wanted (C11 6.5.16.1, with what gcc makes an error in the kernel's build). */
const assignable = (from: string, to: string): Fit => {
  if (from === to) return "fits";
  if (isPointer(from) && isPointer(to)) {
    if (withoutConst(from) === withoutConst(to)) return "fits";
    if (isVoid(from) || isVoid(to)) return "fits";
    // What a typedef stands for is not known: `mempool_t` became `struct mempool`, which it had always been.
    return isTypedef(from) || isTypedef(to) ? "unknown" : "breaks";
  }
  if (isArithmetic(from) && isArithmetic(to)) return "fits";
  const known = (type: string): boolean => isArithmetic(type) || isPointer(type) || isAggregate(type);
  // A type name that nothing is known of may be the same type under another name.
  return known(from) && known(to) ? "breaks" : "unknown";
};

const worst = (fits: readonly Fit[]): Fit => (fits.includes("breaks") ? "breaks" : fits.includes("unknown") ? "unknown" : "fits");

/**
 * Whether calls that fit one normalised type fit another.
 * What is wider than the language's own rules (an integer that got narrower, a const that a caller would have to drop) is no break of the build.
 */
export const callsFit = (then: string, now: string): Fit => {
  if (then === now) return "fits";
  const [a, b] = [prototypeOf(then), prototypeOf(now)];
  // A variable of another type, or a function that became one: what the source does with it is not known.
  if (!a || !b) return "unknown";
  if (a.parameters.length !== b.parameters.length) return b.isVariadic && a.parameters.length > b.parameters.length ? "unknown" : "breaks";
  if (a.isVariadic && !b.isVariadic) return "unknown";
  const parameters = a.parameters.map((from, index) => assignable(from, b.parameters[index]!));
  // A result that is no more may never have been used; one that was void cannot have been.
  const result = a.returns === "void" ? "fits" : b.returns === "void" ? "unknown" : assignable(b.returns, a.returns);
  return worst([...parameters, result]);
};
