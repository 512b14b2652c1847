// Counts what waits in a spool, for the gateway itself and for `mailchute queue ls`.

import type { DatabaseSync } from 'node:sqlite';
import type { SpoolStats } from './outlet.ts';

/** Returns the function that counts, in a time that does not grow with the records; the file must be a spool. */
export function createSpoolCounter(database: DatabaseSync): () => SpoolStats {
  const count = database.prepare(`
    SELECT queue, records, bytes,
      (SELECT count(*) FROM spool_setback WHERE spool_setback.queue = spool_tally.queue) AS set_aside,
      (SELECT reason FROM spool_setback WHERE spool_setback.queue = spool_tally.queue ORDER BY due LIMIT 1) AS reason
    FROM spool_tally ORDER BY queue`);
  return function countSpool() {
    const rows = count.all();
    return {
      bytes: rows.reduce((sum, { bytes }) => sum + Number(bytes), 0),
      queues: rows.filter(({ queue, records }) => queue !== '' && Number(records) > 0).map((row) => ({
        queue: String(row['queue']),
        records: Number(row['records']),
        setAside: Number(row['set_aside']),
        ...(row['reason'] === null ? {} : { reason: String(row['reason']) }),
      })),
    };
  };
}
