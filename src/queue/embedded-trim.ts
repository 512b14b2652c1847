// Keeps the bounded queues of the embedded queue within their bounds; runs inside the transactions that fill them.

import type { DatabaseSync } from 'node:sqlite';
import type { EncodedRecord } from './outlet.ts';
import type { QueueBound, QueueBounds } from './queue-bound.ts';

/** Looks at what was just inserted and removes what has to go for it; to be called inside the same transaction. */
export type TrimQueues = (inserted: readonly EncodedRecord[]) => void;

/** What was inserted since a queue was last measured. */
interface Growth {
  records: number;
  bytes: number;
}

// Measuring reads every record's size, so it waits until a hundredth of the bound has come in.
const SLACK = 100;

/** Prepares the statements and returns the function that keeps the bounds, each exceeded by one percent at most. */
export function createQueueTrimmer(database: DatabaseSync, bounds: QueueBounds): TrimQueues {
  const growths = new Map<string, Growth>();
  const list = database
    .prepare('SELECT seq, size FROM record INDEXED BY record_order WHERE queue = ? ORDER BY seq DESC');
  const removeOlder = database.prepare('DELETE FROM record WHERE queue = ? AND seq <= ?');

  /** The newest record that is one too many; the very newest never is. */
  function findSurplus(queue: string, bound: QueueBound): number | undefined {
    let records = 0;
    let bytes = 0;
    for (const { seq, size } of list.iterate(queue)) {
      records++;
      bytes += Number(size);
      if (records > 1 && (records > bound.records || bytes > bound.bytes)) return Number(seq);
    }
    return undefined;
  }

  return function trimQueues(inserted) {
    for (const { queue, size } of inserted) {
      const bound = bounds.get(queue);
      if (bound === undefined) continue;
      // Whatever was there before the start counts as having just come in.
      const growth = growths.get(queue) ?? { records: bound.records, bytes: 0 };
      growths.set(queue, { records: growth.records + 1, bytes: growth.bytes + size });
    }
    for (const [queue, { records, bytes }] of growths) {
      const bound = bounds.get(queue);
      if (bound === undefined || (records * SLACK < bound.records && bytes * SLACK < bound.bytes)) continue;
      const surplus = findSurplus(queue, bound);
      if (surplus !== undefined) removeOlder.run(queue, surplus);
      growths.set(queue, { records: 0, bytes: 0 });
    }
  };
}
