import type { State } from "./answers.ts";
import { html, raw, type Markup } from "./markup.ts";

// Drawings are not told apart by their colour alone: a tick in a disc, a cross in a square, a question mark in a ring.

const SHAPES: Readonly<Record<State, string>> = {
  yes: '<circle cx="8" cy="8" r="7.5"/><path class="in" d="M4.4 8.4l2.5 2.5 4.8-5.6"/>',
  no: '<rect x=".8" y=".8" width="14.4" height="14.4" rx="2.5"/><path class="in" d="M5 5l6 6M11 5l-6 6"/>',
  "not-checked":
    '<g class="line"><circle cx="8" cy="8" r="6.9"/><path d="M5.9 6.3c.1-2.7 4.2-2.6 4.2 0 0 1.7-2.1 1.7-2.1 3.2M8 11.7v.2"/></g>',
};

/** The drawings of the states, once for the page. */
export const markShapes: Markup = raw(
  `<svg class="defs" aria-hidden="true">${Object.entries(SHAPES)
    .map(([state, shape]) => `<symbol id="m-${state}" viewBox="0 0 16 16">${shape}</symbol>`)
    .join("")}</svg>`,
);

/** A state's drawing; the words stand beside it. */
export const mark = (state: State): Markup => html`<svg class="mark ${state}" aria-hidden="true"><use href="#m-${state}" /></svg>`;
