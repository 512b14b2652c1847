// What the queue file has besides its records while it is the spool of a RabbitMQ outlet: sums, set-backs, and the lease.

import type { DatabaseSync } from 'node:sqlite';
import { OutOfSpaceError } from './embedded-fault.ts';

/** The rank of records that RabbitMQ did not take: behind every priority. */
export const SET_ASIDE_RANK = 1_000_000;

/**
 * `spool_tally` has a row for each queue, with its records and what they have of their own in bytes, and one with an
 * empty name for what records share. `spool_setback` knows the records that were refused, and until when (Unix time
 * in milliseconds) they are left alone. `spool_lease` says who drains, in the row with the empty name, and whose last
 * records are on their way, in a row for each queue.
 */
const TABLES = `
  CREATE TABLE spool_tally (
    queue TEXT PRIMARY KEY,
    records INTEGER NOT NULL,
    bytes INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO spool_tally SELECT queue, count(*), sum(length(own)) FROM record WHERE queue <> '' GROUP BY queue;
  INSERT INTO spool_tally SELECT '', 0, coalesce(sum(length(data)), 0) FROM content;
  CREATE TABLE spool_setback (
    seq INTEGER PRIMARY KEY,
    queue TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    due INTEGER NOT NULL,
    reason TEXT NOT NULL
  );
  CREATE INDEX spool_setback_due ON spool_setback (queue, due);
  CREATE TABLE spool_lease (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TRIGGER spool_record_added AFTER INSERT ON record BEGIN
    INSERT INTO spool_tally VALUES (NEW.queue, 1, length(NEW.own))
      ON CONFLICT (queue) DO UPDATE SET records = records + 1, bytes = bytes + excluded.bytes;
  END;
  CREATE TRIGGER spool_record_removed AFTER DELETE ON record BEGIN
    UPDATE spool_tally SET records = records - 1, bytes = bytes - length(OLD.own) WHERE queue = OLD.queue;
    DELETE FROM spool_setback WHERE seq = OLD.seq;
  END;
  CREATE TRIGGER spool_content_added AFTER INSERT ON content BEGIN
    UPDATE spool_tally SET bytes = bytes + length(NEW.data) WHERE queue = '';
  END;
  CREATE TRIGGER spool_content_removed AFTER DELETE ON content BEGIN
    UPDATE spool_tally SET bytes = bytes - length(OLD.data) WHERE queue = '';
  END;
`;

/** Whether the file was a spool before. */
export function hasSpoolSchema(database: DatabaseSync): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'spool_tally'").get() !== undefined;
}

/** Makes a queue file a spool, with what is in it, unless it is one. */
export function createSpoolSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    if (!hasSpoolSchema(database)) database.exec(TABLES);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Returns what ends each transaction that adds records: it throws when they are more than `maxBytes` in sum. */
export function createSpoolLimit(
  database: DatabaseSync,
  { path, maxBytes }: { readonly path: string; readonly maxBytes: number },
): () => void {
  createSpoolSchema(database);
  const measure = database.prepare('SELECT sum(bytes) AS bytes FROM spool_tally');
  return function checkSpoolLimit() {
    if (Number(measure.get()?.['bytes']) <= maxBytes) return;
    throw new OutOfSpaceError(
      `queue-path ${path}: the spool is full (spool-maxsize, ${maxBytes} bytes): bring RabbitMQ back, or raise spool-maxsize`,
    );
  };
}
