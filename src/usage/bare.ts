import type { Subject } from "./model.ts";

/** A subject of which nothing is known but what it is called. */
export const bareSubject = (name: string, kind: Subject["kind"], path: string): Subject => ({
  name,
  kind,
  path,
  line: 1,
  column: 1,
  licences: [],
  depends: [],
  imports: [],
  oddities: [],
  modinfo: [],
  exports: [],
  uses: [],
});
