export const { styleText } = process.getBuiltinModule("node:util");
