// Reads one number out of metric families, or out of the text that Prometheus reads.
import type { Family } from '../../src/telemetry/metrics.ts';

/** The labels of a number. */
export type Labels = Readonly<{ [label: string]: string | number }>;

/** The value with exactly these labels; undefined when there is none. */
export function sampleOf(families: readonly Family[], metric: string, labels: Labels = {}): number | undefined {
  const values = families.flatMap((family) => family.values.map((sample) => ({ name: family.name, ...sample })));
  const isMeant = (other: Labels) => JSON.stringify(toPairs(other)) === JSON.stringify(toPairs(labels));
  return values.find((sample) => (sample.metricName ?? sample.name) === metric && isMeant(sample.labels))?.value;
}

/** The sum of all values of a metric in a scraped text whose labels include these. */
export function sumOf(text: string, metric: string, labels: Labels = {}): number {
  const wanted = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return text.split('\n')
    .filter((line) => new RegExp(`^${metric}[{ ]`).test(line) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

function toPairs(labels: Labels): [string, string][] {
  return Object.entries(labels).map(([name, value]): [string, string] => [name, String(value)]).toSorted();
}
