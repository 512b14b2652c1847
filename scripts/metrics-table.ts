// Writes the table of metrics into the page about them, which is otherwise written by hand.

import { INBOXBOOSTER_NAMES } from '../src/telemetry/inboxbooster-names.ts';
import { type MetricRow, METRICS } from '../src/telemetry/metrics.ts';
import { fillPage } from './docs/fill-page.ts';

/** The page with the table as it is now; throws when the page has no place for it. */
export function toObservabilityPage(): string {
  return fillPage('docs/observability.md', { mark: 'metrics', text: toMetricsTable() });
}

/** Every metric with its labels. */
function toMetricsTable(): string {
  const rows: [string, MetricRow][] = Object.entries(METRICS);
  const own = rows.map(([name, { type, labels, help }]) => toEntry({ name, type, labels, help }));
  const others = Object.entries(INBOXBOOSTER_NAMES).map(([name, row]) => toEntry({ name, ...row, labels: [] }));
  return `${own.join('')}\nThe same numbers under the names that Inboxbooster has for them:\n\n${others.join('')}`;
}

function toEntry({ name, type, labels, help }: Omit<MetricRow, 'type'> & { name: string; type: string }): string {
  const about = [type, ...(labels.length === 0 ? [] : [`by ${labels.map((label) => `\`${label}\``).join(', ')}`])];
  return `- \`${name}\` (${about.join(' ')}): ${help.replaceAll('_', '\\_')}\n`;
}
