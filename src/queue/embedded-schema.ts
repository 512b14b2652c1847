// The tables of the embedded queue's file and the marks by which the file is known as ours.

import type { DatabaseSync } from 'node:sqlite';
import { QueueFileError } from './embedded-fault.ts';

/** SQLite's application_id of a queue file: the letters "mlch". */
export const APPLICATION_ID = 0x6d6c6368;
/** The newest layout of the tables that this program knows, kept in SQLite's user_version. */
export const SCHEMA_VERSION = 1;

/**
 * A record's JSON is its `own` bytes followed by the rows `content_first` to `content_last` of `content`, which the
 * records of one message share. The lowest `rank`, the negative priority, comes first. Sequence numbers are never used again, so a late acknowledgement removes nothing else.
 */
const TABLES = `
  CREATE TABLE record (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    queue TEXT NOT NULL,
    rank INTEGER NOT NULL,
    id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    priority INTEGER,
    timestamp INTEGER NOT NULL,
    size INTEGER NOT NULL,
    content_first INTEGER,
    content_last INTEGER,
    own BLOB NOT NULL
  );
  CREATE INDEX record_order ON record (queue, rank, seq);
  CREATE INDEX record_content ON record (content_first) WHERE content_first IS NOT NULL;
  CREATE TABLE content (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
  CREATE TRIGGER content_unused AFTER DELETE ON record
    WHEN OLD.content_first IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM record WHERE content_first = OLD.content_first)
    BEGIN
      DELETE FROM content WHERE id BETWEEN OLD.content_first AND OLD.content_last;
    END;
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Reads one whole-number pragma. */
export function readPragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0] ?? 0);
}

/** Whether the file has no tables and nobody's mark: just created, or its creation was cut short. */
export function isBlank(database: DatabaseSync): boolean {
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {};
  return tables === 0 && readPragma(database, 'application_id') === 0;
}

/** Creates the tables in one transaction, unless another process has just done it. */
export function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    if (isBlank(database)) database.exec(TABLES);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** Throws a `QueueFileError` unless the database is a queue of a layout known here. */
export function checkSchema(database: DatabaseSync, path: string): void {
  if (readPragma(database, 'application_id') !== APPLICATION_ID) {
    throw new QueueFileError(`queue-path ${path}: the database of another program: set queue-path to another path`);
  }
  const version = readPragma(database, 'user_version');
  if (version !== SCHEMA_VERSION) {
    throw new QueueFileError(
      `queue-path ${path}: its layout is number ${version}, this mailchute knows ${SCHEMA_VERSION}: ` +
        'use the mailchute that wrote it, or set queue-path to another path',
    );
  }
}
