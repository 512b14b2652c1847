// Keeps a little of the disk free, so that a queue that has filled it can still be read empty.

import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { OutOfSpaceError } from './embedded-fault.ts';
import { CHECKPOINT_BYTES } from './embedded-file.ts';
import { readPragma } from './embedded-schema.ts';

// Acknowledging writes too: one full log and its way into the database must always fit.
const RESERVED_BYTES = 2 * CHECKPOINT_BYTES;
const MIB = 1024 * 1024;

/** What is to be written, and into which file. */
export interface SpaceRequest {
  readonly path: string;
  /** Size of all records together. */
  readonly bytes: number;
}

/** Throws `OutOfSpaceError` when records of `bytes` in sum would eat into the reserve of the disk. */
export function requireSpace(database: DatabaseSync, { path, bytes }: SpaceRequest): void {
  const { bavail, bsize } = statfsSync(dirname(path));
  // Every byte lies in the log first and, until the log starts over, in the database as well.
  const needed = RESERVED_BYTES + 2 * bytes;
  const free = bavail * bsize;
  if (free >= needed) return;
  // Pages of acknowledged records are used again before the file grows.
  const reusable = readPragma(database, 'freelist_count') * readPragma(database, 'page_size');
  if (free + reusable >= needed) return;
  throw new OutOfSpaceError(
    `queue-path ${path}: the disk is full (${toMib(free + reusable)} MiB left, ${toMib(needed)} MiB needed): ` +
      'free space there, or read messages with "mailchute queue get QUEUE --ack"',
  );
}

function toMib(bytes: number): number {
  return Math.ceil(bytes / MIB);
}
