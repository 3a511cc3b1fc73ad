// What the build puts in the place of Node's own modules: an import of one makes a second module of all its exports, which takes longer than a look-up does.

export const {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  watch,
  writeFileSync,
} = process.getBuiltinModule("node:fs");
