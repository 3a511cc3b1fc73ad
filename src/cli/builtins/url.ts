export const { fileURLToPath } = process.getBuiltinModule("node:url");
