import type { ObjectSite } from "../inputs/sites.ts";
import type { ChainStep, Site } from "../shared/vocabulary.ts";
import type { SourceRoot } from "./source-root.ts";

/** A line and column of the debug information: 0 there means that none is given. */
const at = (line: number, column: number): { line: number; column?: number } => ({
  line: Math.max(line, 1),
  ...(column > 0 && { column }),
});

/**
 * Where an object takes a symbol, as its author would say it: the line of the module's own source. A call that an inlined function of a
 * kernel header makes belongs to the line that called the helper: the chain is walked outward to the first frame inside the module,
 * the header's frames are kept, and the outermost of them is the name that the author wrote.
 */
export const siteOf = ({ section, offset, inside, frames, variable, symbol }: ObjectSite, root: SourceRoot): Site => {
  const where = { section, offset };
  if (variable) {
    const { name, file, line, column } = variable;
    return { file: root.shown(file), ...at(line, column), variable: name, ...where };
  }
  const own = frames.findIndex((frame) => root.isOwn(frame.file));
  const frame = frames[own < 0 ? frames.length - 1 : own];
  if (!frame || frame.line === 0) return { ...(inside !== undefined && { function: inside }), ...where };
  const between = frames.slice(0, own < 0 ? frames.length - 1 : own);
  const via = between.map((step): ChainStep => ({
    ...(step.function !== undefined && { function: step.function }),
    file: root.shown(step.file),
    line: step.line,
  }));
  const written = via.at(-1)?.function;
  const name = frame.function ?? inside;
  return {
    file: root.shown(frame.file),
    ...at(frame.line, frame.column),
    ...(name !== undefined && { function: name }),
    ...(written !== undefined && written !== symbol && { written }),
    ...(via.length > 0 && { via }),
    ...where,
  };
};
