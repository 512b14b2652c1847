// What can go wrong with the embedded queue's file, in words that tell a user what to do.

import type { PublishFailure } from './outlet.ts';

/** The queue file cannot be used as asked; the message names the path and what to do. */
export class QueueFileError extends Error {
  override readonly name = 'QueueFileError';
}

// Node gives SQLite's result code with every error, Deno with some; the message is the same in both.
const CODES: { readonly [message: string]: number } = {
  'database is locked': 5,
  'attempt to write a readonly database': 8,
  'disk I/O error': 10,
  'database disk image is malformed': 11,
  'database or disk is full': 13,
  'unable to open database file': 14,
  'file is not a database': 26,
};
const BUSY = 5;
const FULL = 13;
// A write that failed for another reason than "no space": a quota, a file size limit, or a disk that is breaking.
const IOERR_WRITE = 778;

const ADVICE: { readonly [code: number]: string } = {
  [BUSY]: 'another process keeps it locked',
  8: 'it is read-only: check its owner, its mode and how the file system is mounted',
  10: 'the disk does not work: see the system log',
  11: 'it is damaged: stop the gateway and restore it, or move it away to start an empty queue',
  [FULL]: 'the disk is full: free space there, or read messages with "mailchute queue get QUEUE --ack"',
  14: 'it cannot be opened: check that its directory exists and that this user may write there',
  26: 'it is not a database: set queue-path to another path',
  [IOERR_WRITE]: 'a disk quota, a file size limit or the disk itself stops writing: see the system log',
};

/** SQLite's (extended) result code of an error, 0 when it has none. */
export function toSqliteCode(error: unknown): number {
  if (!(error instanceof Error)) return 0;
  if ('errcode' in error && typeof error.errcode === 'number') return error.errcode;
  const known = Object.entries(CODES).find(([message]) => error.message.startsWith(message));
  return known?.[1] ?? 0;
}

/** Whether another connection holds the lock that was asked for. */
export function isBusy(error: unknown): boolean {
  return (toSqliteCode(error) & 0xff) === BUSY;
}

/** The sentence for an error met while using the file. */
export function describeFault(path: string, error: unknown): string {
  if (error instanceof QueueFileError) return error.message;
  const code = toSqliteCode(error);
  const advice = ADVICE[code] ?? ADVICE[code & 0xff];
  const cause = error instanceof Error ? error.message : String(error);
  return advice === undefined ? `queue-path ${path}: ${cause}` : `queue-path ${path}: ${advice} (${cause})`;
}

/** The result of every record of a transaction that was rolled back because of `error`. */
export function toPublishFailure(path: string, error: unknown): PublishFailure {
  const code = toSqliteCode(error);
  const full = code === FULL || code === IOERR_WRITE || error instanceof OutOfSpaceError;
  return { stored: false, fault: full ? 'full' : 'unavailable', detail: describeFault(path, error) };
}

/** The disk has too little room left for a group of records. */
export class OutOfSpaceError extends QueueFileError {}
