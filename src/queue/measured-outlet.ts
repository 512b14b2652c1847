// An outlet that counts its records and measures how long their confirms take, for whichever outlet there is.

import type { Counter, Meter } from '../telemetry/meter.ts';
import type { EncodedRecord, Outlet, PublishFault, PublishResult } from './outlet.ts';

type Result = PublishFault | 'stored';

/** Wraps an outlet; `queues` are those that the configuration names. */
export function createMeasuredOutlet(
  outlet: Outlet,
  { meter, queues }: { readonly meter: Meter; readonly queues: readonly string[] },
): Outlet {
  let awaited = 0;
  let bytes = 0;
  meter.gauge('mailchute_confirms_awaited', {}, () => awaited);
  meter.gauge('mailchute_inflight_bytes', {}, () => bytes);
  if (outlet.health().broker !== undefined) {
    for (const state of ['connected', 'blocked', 'down'] as const) {
      meter.gauge('mailchute_broker_connections', { state }, () => outlet.health().broker?.[state] ?? 0);
    }
  }
  if (outlet.spooled?.() !== undefined) {
    const spooled = () => outlet.spooled?.();
    meter.gauge('mailchute_spool_bytes', {}, () => spooled()?.bytes ?? NaN);
    for (const queue of queues) {
      const inQueue = () => spooled()?.queues.find((each) => each.queue === queue)?.records ?? 0;
      meter.gauge('mailchute_spool_records', { queue }, inQueue);
    }
  }
  const stored = meter.histogram('mailchute_publish_duration_seconds', { result: 'stored' });
  const failed = meter.histogram('mailchute_publish_duration_seconds', { result: 'failed' });
  const count = createRecordCounts(meter, queues);
  return {
    async publish(records, claim) {
      const size = records.reduce((sum, record) => sum + record.size, 0);
      awaited += records.length;
      bytes += size;
      const startedAt = performance.now();
      try {
        const results = await outlet.publish(records, claim);
        const seconds = (performance.now() - startedAt) / 1000;
        const isStored = count(records, results);
        (isStored ? stored : failed).observe(seconds);
        return results;
      } finally {
        awaited -= records.length;
        bytes -= size;
      }
    },
    health: () => outlet.health(),
    spooled: () => outlet.spooled?.(),
    drain: () => outlet.drain(),
    close: () => outlet.close(),
  };
}

/** Counts what became of records; true when all are stored. */
function createRecordCounts(
  meter: Meter,
  queues: readonly string[],
): (records: readonly EncodedRecord[], results: readonly PublishResult[]) => boolean {
  const create = (queue: string): { readonly stored: Counter; of(result: Result): Counter } => {
    const of = (result: Result) => meter.counter('mailchute_records_total', { queue, result });
    return { stored: of('stored'), of };
  };
  const counters = new Map(queues.map((queue) => [queue, create(queue)]));
  return (records, results) => {
    let isStored = true;
    records.forEach(({ queue }, index) => {
      const counter = counters.get(queue);
      const result = results[index];
      if (result?.stored === true) return counter?.stored.add(1);
      isStored = false;
      if (result !== undefined) counter?.of(result.fault).add(1);
    });
    return isStored;
  };
}
