// Opens the embedded queue's SQLite file: for the gateway, which creates it, and for readers, which never do.

import { accessSync, closeSync, constants, existsSync, fsyncSync, openSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describeFault, QueueFileError } from './embedded-fault.ts';
import { checkSchema, createSchema, isBlank } from './embedded-schema.ts';
import { findNetworkFileSystem } from './network-file-system.ts';

// Three times the throughput of 4 KiB pages with large records, at the price of larger writes for single small ones.
const PAGE_BYTES = 16_384;
/** Size of the write-ahead log at which a commit moves it into the database, in bytes. */
export const CHECKPOINT_BYTES = 16 * 1024 * 1024;
// A large transaction may stretch the log; it shrinks back to this when it starts over.
const LOG_LIMIT_BYTES = 4 * CHECKPOINT_BYTES;
const CACHE_KIB = 16 * 1024;

/** Options of `openDatabase`. */
export interface DatabaseOptions {
  /** What SQLite may do: `rw` writes, `ro` reads; neither creates the file. */
  readonly access: 'rw' | 'ro';
  /** How long a statement waits for another connection's lock, in milliseconds. */
  readonly lockTimeoutMs: number;
}

/** Options of `openExistingQueueFile`. */
export interface ExistingOptions {
  /** Whether records will be removed. */
  readonly ack: boolean;
  /** See `DatabaseOptions`. */
  readonly lockTimeoutMs: number;
}

/** The file that `path` names, links resolved, so that two names of one queue are one. Its directory must exist. */
export function toRealPath(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    // Not there yet, or a link to nowhere, which fails when the file is opened.
  }
  try {
    return join(realpathSync(dirname(absolute)), basename(absolute));
  } catch (error) {
    throw new QueueFileError(`queue-path ${absolute}: there is no directory ${dirname(absolute)}: create it first`, {
      cause: error,
    });
  }
}

/** Creates an empty file, readable by its owner alone from its first moment; false when there is one already. */
export function createPrivateFile(path: string): boolean {
  try {
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    // An existing file is never opened here: closing it would drop the locks that SQLite holds in this process.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw new QueueFileError(`queue-path ${path}: cannot be created: ${toText(error)}`, { cause: error });
  }
}

/** Opens a connection to a file that exists. */
export function openDatabase(path: string, { access, lockTimeoutMs }: DatabaseOptions): DatabaseSync {
  // A URL with ?mode=rw would leave this to SQLite, and Deno takes URLs from programs with every permission only.
  if (!existsSync(path)) throw new Error('unable to open database file: it is gone');
  const database = new DatabaseSync(path, { timeout: lockTimeoutMs, readOnly: access === 'ro' });
  // FULL syncs the log before a commit returns; the other two make that reach the platter on macOS.
  database.exec('PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON');
  return database;
}

/** Opens the queue for publishing and creates it when it is missing; throws `QueueFileError`. `path` must be real. */
export function openQueueFile(path: string, lockTimeoutMs: number): DatabaseSync {
  refuseNetworkFileSystem(path);
  const created = createPrivateFile(path);
  const database = open(path, { access: 'rw', lockTimeoutMs }, (opened) => {
    opened.exec(`PRAGMA page_size = ${PAGE_BYTES}; PRAGMA cache_size = -${CACHE_KIB}`);
    if (isBlank(opened)) createSchema(opened);
    checkSchema(opened, path);
    useWriteAheadLog(opened, path);
  });
  if (created) syncDirectory(dirname(path));
  return database;
}

/** Opens an existing queue for reading, and for acknowledging when asked for; throws `QueueFileError`. */
export function openExistingQueueFile(path: string, { ack, lockTimeoutMs }: ExistingOptions): DatabaseSync {
  requireAccess(path, ack ? constants.R_OK | constants.W_OK : constants.R_OK);
  refuseNetworkFileSystem(path);
  // Whoever leaves last tidies the log away, which only a connection that may write can do.
  const access = ack || isWritable(path) ? 'rw' : 'ro';
  return open(path, { access, lockTimeoutMs }, (database) => {
    checkSchema(database, path);
    if (!ack) database.exec('PRAGMA query_only = ON');
  });
}

function requireAccess(path: string, mode: number): void {
  try {
    accessSync(path, mode);
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const text = missing ? 'no such file: "mailchute serve" creates it, or queue-path names another' : toText(error);
    throw new QueueFileError(`queue-path ${path}: ${text}`, { cause: error });
  }
  if (!statSync(path).isFile()) throw new QueueFileError(`queue-path ${path}: is not a file`);
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function open(path: string, options: DatabaseOptions, prepare: (database: DatabaseSync) => void): DatabaseSync {
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(path, options);
    prepare(database);
    return database;
  } catch (error) {
    database?.close();
    throw new QueueFileError(describeFault(path, error), { cause: error });
  }
}

function useWriteAheadLog(database: DatabaseSync, path: string): void {
  const { journal_mode: mode } = database.prepare('PRAGMA journal_mode = WAL').get() ?? {};
  if (mode !== 'wal') {
    throw new QueueFileError(
      `queue-path ${path}: its file system has no shared memory: set queue-path to a local disk`,
    );
  }
  // The first look creates the log, which from then on is there as long as the file is open.
  isBlank(database);
  database.exec(`
    PRAGMA wal_autocheckpoint = ${CHECKPOINT_BYTES / PAGE_BYTES};
    PRAGMA journal_size_limit = ${LOG_LIMIT_BYTES};
  `);
}

/** Throws a `QueueFileError` when the file is, or would be, on a network file system. */
export function refuseNetworkFileSystem(path: string): void {
  const name = findNetworkFileSystem(dirname(path));
  if (name === undefined) return;
  throw new QueueFileError(
    `queue-path ${path}: is on ${name}: the embedded queue needs a local disk, set queue-path to one`,
  );
}

/** Makes the new file's name survive a power cut. */
function syncDirectory(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
