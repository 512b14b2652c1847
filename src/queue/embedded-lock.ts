// One running gateway per queue file: a lock beside it that the operating system releases with the process.

import type { DatabaseSync } from 'node:sqlite';
import { describeFault, isBusy, QueueFileError } from './embedded-fault.ts';
import { createPrivateFile, openDatabase, toRealPath } from './embedded-file.ts';
import { readPragma } from './embedded-schema.ts';

/** The right to run a gateway on a queue file. */
export interface QueueLock {
  release(): void;
}

// A connection that nobody refers to is closed by the garbage collector, and its lock would go with it.
const held = new Set<DatabaseSync>();

/**
 * Takes the lock `PATH.lock` for this process until it ends, however it ends; throws `QueueFileError` when another
 * process holds it. The processes of one gateway share the queue itself: only the first of them takes this lock.
 */
export function lockQueueFile(queuePath: string): QueueLock {
  const path = toRealPath(queuePath);
  const lockPath = `${path}.lock`;
  createPrivateFile(lockPath);
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(lockPath, { access: 'rw', lockTimeoutMs: 0 });
    hold(database);
  } catch (error) {
    const holder = database !== undefined && isBusy(error) ? findHolder(database) : undefined;
    database?.close();
    throw new QueueFileError(holder === undefined ? describeFault(lockPath, error) : toRefusal(path, holder), {
      cause: error,
    });
  }
  const lock = database;
  held.add(lock);
  return {
    release() {
      if (held.delete(lock)) lock.close();
    },
  };
}

/** Locks go through SQLite alone, which keeps them when the process opens the same file twice; plain fcntl does not. */
function hold(database: DatabaseSync): void {
  // The file carries nothing but a process id, which is worth no journal and no sync.
  database.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
  database.exec('BEGIN IMMEDIATE');
  try {
    database.exec(`PRAGMA user_version = ${process.pid}; COMMIT`);
  } catch {
    // A full disk has no room for the process id; the lock itself needs none.
    if (database.isTransaction) database.exec('ROLLBACK');
  }
  // Others may still read the process id under this lock, but not take it.
  database.exec('BEGIN IMMEDIATE');
}

function findHolder(database: DatabaseSync): number {
  try {
    return readPragma(database, 'user_version');
  } catch {
    return 0;
  }
}

function toRefusal(path: string, holder: number): string {
  const process = holder === 0 ? 'another process' : `process ${holder}`;
  return `queue-path ${path}: in use by another mailchute serve (${process}): stop it, or set another queue-path here`;
}
