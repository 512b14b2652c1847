// The file of Idempotency-Keys beside queue-path, for gateways whose queue is RabbitMQ; any number of them may share it.

import type { DatabaseSync } from 'node:sqlite';
import { describeFault, isBusy, QueueFileError } from './embedded-fault.ts';
import { createPrivateFile, openDatabase, refuseNetworkFileSystem, toRealPath } from './embedded-file.ts';
import { readPragma } from './embedded-schema.ts';

/** SQLite's application_id of such a file: the letters "mlck". */
const APPLICATION_ID = 0x6d6c636b;
// While two processes make the file, one waits for the other; later waits are the caller's, with a timer.
const CREATION_TIMEOUT_MS = 1000;
/** How long a statement waits for another connection's lock, in milliseconds. */
export const LOCK_TIMEOUT_MS = 100;

/** The file's path. */
export function toKeyPath(queuePath: string): string {
  return `${queuePath}.keys`;
}

/** Opens the file, creates it when it is missing; throws `QueueFileError`, or SQLite's own error when it is locked. */
export function openKeyFile(keyPath: string): DatabaseSync {
  const path = toRealPath(keyPath);
  refuseNetworkFileSystem(path);
  createPrivateFile(path);
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path, { access: 'rw', lockTimeoutMs: CREATION_TIMEOUT_MS });
    mark(database, path);
    const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() ?? {};
    if (mode !== 'wal') throw new QueueFileError(`queue-path ${path}: needs a local disk: set queue-path to one`);
    database.exec(`PRAGMA busy_timeout = ${LOCK_TIMEOUT_MS}`);
    return database;
  } catch (error) {
    database?.close();
    throw isBusy(error) ? error : new QueueFileError(describeFault(path, error), { cause: error });
  }
}

function mark(database: DatabaseSync, path: string): void {
  const { tables } = database.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() ?? {};
  if (readPragma(database, 'application_id') === APPLICATION_ID) return;
  if (tables !== 0) throw new QueueFileError(`queue-path ${path}: the database of another program: move it away`);
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
}
