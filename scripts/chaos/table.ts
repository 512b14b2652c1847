// What the chaos suite says: a line for each scenario, and the table that stands between two marks in docs/guarantees.md.
import { readFileSync, writeFileSync } from 'node:fs';
import type { Row } from '../../tests/support/chaos/scenario.ts';

const BEGIN = '<!-- chaos:begin -->';
const END = '<!-- chaos:end -->';
const HEAD = ['fault under load', 'accepted', 'stored', 'lost', 'duplicate ids', '4xx, 503', 'cut', 'recovered in'];
const COUNTS = ['accepted', 'stored', 'lost', 'duplicates', 'refused', 'cut'] as const;

/** One scenario, for a log. */
export function toLine(row: Row): string {
  return `${row.name}: accepted ${row.accepted}, stored ${row.stored}, lost ${row.lost}, ` +
    `duplicate ids ${duplicatesOf(row)}, refused ${row.refused}, cut ${row.cut}, recovered in ${secondsOf(row)}`;
}

/** Markdown, laid out as the formatter has it. */
export function toTable(rows: readonly Row[]): string {
  const sums = COUNTS.map((name) => String(rows.reduce((sum, row) => sum + row[name], 0)));
  const cells = [
    HEAD,
    ...rows.map((row) => [
      row.title,
      ...[row.accepted, row.stored, row.lost].map(String),
      duplicatesOf(row),
      ...[row.refused, row.cut].map(String),
      secondsOf(row),
    ]),
    ['all', ...sums, ''],
  ];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  return [lines[0], `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...lines.slice(1)].join('\n');
}

/** What was measured, how and when. */
export interface Measured {
  readonly rows: readonly Row[];
  /** It makes the table again. */
  readonly command: string;
  readonly date: Date;
}

/** Puts the table between the marks of the page; throws when they are not there. */
export function writeTable(path: string, measured: Measured): void {
  writeFileSync(path, placeTable(readFileSync(path, 'utf8'), measured));
}

/** The page with the table between its marks. */
export function placeTable(page: string, { rows, command, date }: Measured): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`the page has no ${BEGIN} … ${END}`);
  const source = `Made on ${date.toISOString().slice(0, 10)} by \`${command} --write\`:`;
  return `${page.slice(0, from + BEGIN.length)}\n\n${source}\n\n${toTable(rows)}\n\n${page.slice(to)}`;
}

function duplicatesOf({ duplicates, why }: Row): string {
  return why === '' ? String(duplicates) : `${duplicates} (${why})`;
}

function secondsOf({ recoveredMs }: Row): string {
  return `${(recoveredMs / 1000).toFixed(1)} s`;
}
