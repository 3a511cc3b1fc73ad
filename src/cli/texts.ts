// The readers of what people write, and with them YAML and the schemas: opened where there is such a text.

export { parseManifest } from "../inputs/manifest.ts";
export { detectProgram, parseProgram } from "../inputs/strace-forms.ts";
export { parseBaseline } from "../policy/baseline.ts";
export { reader } from "../policy/reader.ts";
