// Chooses what is drawn of the figures.
import { type Bar, type Chart, drawBars, type Panel } from './bar-chart.ts';
import type { Results } from './results.ts';
import { LATENCY } from './sections/latency.ts';
import { CONNECTIONS, THROUGHPUT } from './sections/throughput.ts';
import { formatFigure } from './table.ts';

/** A file of its own beside the page. */
export interface ChartFile {
  readonly name: string;
  readonly alternative: string;
  readonly svg: string;
}

/** The charts of all sections that were measured. */
export function drawCharts(results: Results): ChartFile[] {
  const toPanels = (section: string, metric: string): Panel[] =>
    results.outline(section).loads.map((load) => ({ title: load, bars: toBars(results, { section, load, metric }) }));
  const charts: readonly (readonly [name: string, title: string, panels: readonly Panel[]])[] = [
    ['rate', 'Messages a second, persistent sessions (more is better)', toPanels(THROUGHPUT, 'rate')],
    ['cpu', 'CPU µs per message of the server (less is better)', toPanels(THROUGHPUT, 'cpuUs')],
    ['connections', 'Messages a second, a connection each (more is better)', toPanels(CONNECTIONS, 'rate')],
    ['latency', 'Final dot to 250, median in ms (less is better)', toPanels(LATENCY, 'p50Ms')],
    ['slow-end', 'Final dot to 250, slowest of a hundred in ms (less is better)', toPanels(LATENCY, 'p99Ms')],
  ];
  return charts.filter(([, , panels]) => panels.length > 0).map(([name, title, panels]) => {
    const chart: Chart = { title, panels, format: formatFigure };
    return { name: `${name}.svg`, alternative: title, svg: drawBars(chart) };
  });
}

function toBars(
  results: Results,
  { section, load, metric }: { readonly section: string; readonly load: string; readonly metric: string },
): Bar[] {
  return results.outline(section).contenders.map((contender) => ({
    label: contender,
    value: results.median({ section, load, contender }, metric),
    isOurs: contender.startsWith('mailchute'),
  }));
}
