// The formats that are not for a terminal.

export { github, stepSummary } from "./github.ts";
export { gitlab } from "./gitlab.ts";
export { htmlReport } from "./html/report.ts";
export { json } from "./json.ts";
export { junit } from "./junit.ts";
export { markdown } from "./markdown.ts";
export { rdjsonl } from "./rdjsonl.ts";
export { sarif } from "./sarif.ts";
