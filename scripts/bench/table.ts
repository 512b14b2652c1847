// Writes figures as Markdown tables, which are legible on a terminal as well.

/** One row of cells; the first row of a table is its head. */
export type TableRow = readonly string[];

/** A table whose columns are padded to one width; the first column is text, the others figures. */
export function formatTable(rows: readonly TableRow[]): string {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, at) => Math.max(3, ...rows.map((row) => (row[at] ?? '').length)));
  const [head = [], ...body] = rows;
  const rule = widths.map((width, at) => at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`);
  return [formatRow(head, widths), `| ${rule.join(' | ')} |`, ...body.map((row) => formatRow(row, widths))].join('\n');
}

function formatRow(row: TableRow, widths: readonly number[]): string {
  const cells = widths.map((width, at) => at === 0 ? (row[at] ?? '').padEnd(width) : (row[at] ?? '').padStart(width));
  return `| ${cells.join(' | ')} |`;
}

/** A figure with three significant digits and thousands apart; `–` where there is none. */
export function formatFigure(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  if (size >= 100) return value.toFixed(0);
  if (size >= 10) return value.toFixed(1);
  return value.toFixed(2);
}

/** A number of bytes in KiB or MiB. */
export function formatBytes(bytes: number): string {
  if (bytes >= 1024 * 1024) return `${formatWhole(bytes / 1024 / 1024)} MiB`;
  return bytes >= 1024 ? `${formatWhole(bytes / 1024)} KiB` : `${bytes} B`;
}

function formatWhole(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(1);
}
