// What a kernel offers to modules. A kernel is asked by name and answers with facts; nothing here judges.

/** One exported symbol of one kernel. */
export interface KernelExport {
  readonly name: string;
  /** `EXPORT_SYMBOL`, `EXPORT_SYMBOL_GPL`, or one of the historical kinds; empty in the three-column form of Module.symvers. */
  readonly type: string;
  /** `vmlinux`, or the path of the exporting module without `.ko`. */
  readonly exporter: string;
  readonly namespace?: string;
  /** 0 where the kernel carries no CRC for it: not comparable, never equal. */
  readonly crc: number;
}

/** A release a subject must work on. */
export interface Kernel {
  /** As it is printed, and named in a policy. */
  readonly name: string;
  /** The file its exports come from. */
  readonly source: string;
  /** Whether any export carries a CRC (CONFIG_MODVERSIONS). */
  readonly hasCrcs: boolean;
  readonly size: number;
  find(name: string): KernelExport | undefined;
}
