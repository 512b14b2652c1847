// Turns the figures of each section into the tables of the report.
import type { Results } from './results.ts';
import { formatFigure, formatTable, type TableRow } from './table.ts';

/** A table and what stands above it. */
export interface ReportTable {
  readonly title: string;
  readonly text: string;
}

interface Layout {
  readonly section: string;
  readonly title: string;
  /** What a cell of the table holds; several metrics are parted by dots. */
  readonly metrics: readonly string[];
}

const LAYOUTS: readonly Layout[] = [
  {
    section: 'throughput',
    title: 'Persistent sessions: messages/s · CPU µs per message of the server (± noise of the rate in %)',
    metrics: ['rate', 'cpuUs'],
  },
  {
    section: 'throughput',
    title: 'The same: CPU µs per message of RabbitMQ · MB of memory',
    metrics: ['brokerUs', 'rssMb'],
  },
  {
    section: 'connections',
    title: 'One connection for each message: messages/s · CPU µs per message (± noise of the rate in %)',
    metrics: ['rate', 'cpuUs'],
  },
  { section: 'latency', title: 'Final dot to 250, 4 KiB: p50 · p99 in ms', metrics: ['p50Ms', 'p99Ms'] },
  {
    section: 'embedded',
    title: 'Queues on the own disk: messages/s · CPU µs per message (± noise of the rate in %)',
    metrics: ['rate', 'cpuUs'],
  },
  {
    section: 'threads',
    title: 'Workers: messages/s · CPU µs per message · MB of memory (± noise of the rate in %)',
    metrics: ['rate', 'cpuUs', 'rssMb'],
  },
  {
    section: 'checks',
    title: 'Checks: messages/s · CPU µs per message (± noise of the rate in %)',
    metrics: ['rate', 'cpuUs'],
  },
  {
    section: 'recipients',
    title: 'Recipients of one message, 4 KiB: CPU µs per record · MB of memory',
    metrics: ['unitUs', 'rssMb'],
  },
  { section: 'sessions', title: 'Sessions, 4 KiB: CPU µs per message · MB of memory', metrics: ['unitUs', 'rssMb'] },
  { section: 'size', title: 'Size of a message: CPU µs per KiB · MB of memory', metrics: ['unitUs', 'rssMb'] },
  { section: 'contents', title: 'Odd contents, 500 kB: CPU µs per message', metrics: ['unitUs'] },
  { section: 'header lines', title: 'Header lines of a message: CPU µs per line', metrics: ['unitUs'] },
  {
    section: 'idle sessions',
    title: 'Idle sessions: kB of memory each · MB in all',
    metrics: ['kbPerSession', 'rssMb'],
  },
  {
    section: 'http',
    title: 'HTTP: messages/s · CPU µs per message · p50 · p99 in ms',
    metrics: ['rate', 'cpuUs', 'p50Ms', 'p99Ms'],
  },
];

/** The tables of all sections that were measured. */
export function toTables(results: Results): ReportTable[] {
  return LAYOUTS.flatMap((layout) => {
    const { loads, contenders } = results.outline(layout.section);
    if (loads.length === 0) return [];
    const rows = contenders.map((contender) => toRow(results, layout, { contender, loads }));
    return [{ title: layout.title, text: formatTable([['', ...loads], ...rows]) }];
  });
}

function toRow(
  results: Results,
  { section, metrics }: Layout,
  { contender, loads }: { readonly contender: string; readonly loads: readonly string[] },
): TableRow {
  return [
    contender,
    ...loads.map((load) => {
      const cell = { section, load, contender };
      if (results.find(cell) === undefined) return '–';
      const figures = metrics.map((metric) => formatFigure(results.median(cell, metric))).filter((figure) =>
        figure !== '–'
      ).join(' · ');
      return metrics[0] === 'rate' && section !== 'http'
        ? `${figures} (± ${results.spread(cell, 'rate').toFixed(0)})`
        : figures;
    }),
  ];
}
