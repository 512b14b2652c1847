// From the numbers of one or more processes to the text that Prometheus reads; prom-client adds them up and writes them.

import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client';
import { toInboxboosterFamilies } from './inboxbooster-names.ts';
import type { Family, Sample } from './metrics.ts';

/** The media type of the text. */
export const CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

// The largest number of nanoseconds that the histogram knows.
const NEVER_SECONDS = Number(2n ** 63n - 1n) / 1e9;
// Of the first process to start: its lifetime is the gateway's.
const EARLIEST = new Map([['process_start_time_seconds', 'min']]);

/** What the runtime says about this process: processor, memory, descriptors, event loop; from the first call on. */
export async function readProcessFamilies(): Promise<Family[]> {
  const families = await openProcessRegistry().getMetricsAsJSON() as unknown as Family[];
  return families.map((family) => ({
    ...family,
    aggregator: EARLIEST.get(family.name) ?? family.aggregator,
    values: family.values.filter(isMeasured),
  }));
}

/** Before its first round the event loop's histogram says NaN, and a least value of some hundred years. */
function isMeasured({ value }: Sample): boolean {
  return !Number.isNaN(value) && value !== NEVER_SECONDS;
}

/** Has the runtime measure from now on; until then, and for nothing, there are no monitors. */
export function startProcessMetrics(): void {
  openProcessRegistry();
}

let registry: Registry | undefined;

/** One for the process, whose monitors cannot be taken down. */
function openProcessRegistry(): Registry {
  if (registry !== undefined) return registry;
  registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** The text, in version 0.0.4 of the format, with Inboxbooster's names for some of the numbers. */
export async function toExposition(
  processes: readonly (readonly Family[])[],
  queues: Parameters<typeof toInboxboosterFamilies>[1],
): Promise<string> {
  const families = await aggregate(processes).getMetricsAsJSON() as unknown as Family[];
  return await aggregate([families, toInboxboosterFamilies(families, queues)]).metrics();
}

function aggregate(processes: readonly (readonly Family[])[]): Registry {
  return AggregatorRegistry.aggregate(processes as object[][] as object[]);
}
