// A table of GET /docs, whose columns have names that screen readers repeat.

import { type Markup, markup } from './markup.ts';

/** Renders the table. */
export function toTable(columns: readonly string[], rows: readonly (readonly Markup[])[]): Markup {
  const heads = columns.map((name) => markup`<th scope="col">${name}</th>`);
  const lines = rows.map((cells) => markup`<tr>${cells.map((cell) => markup`<td>${cell}</td>`)}</tr>\n`);
  return markup`<table>\n<thead><tr>${heads}</tr></thead>\n<tbody>\n${lines}</tbody>\n</table>\n`;
}
