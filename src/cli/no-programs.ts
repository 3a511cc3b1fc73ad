// What the build puts in the place of `node:child_process`: commander can start sub-commands that are programs of their own, abi-lint has none,
// and to open that module takes longer than to read a kernel module.

export const spawn = (): never => {
  throw new Error("abi-lint starts no programs");
};
