/** A CRC as Module.symvers and modprobe write it, all eight digits: `0x0012ab34`. */
export const crcText = (crc: number): string => `0x${crc.toString(16).padStart(8, "0")}`;
