// The gateway's own connection to the queue file: writes groups of records, each group in one durable transaction.

import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { QueueFileError } from './embedded-fault.ts';
import { openQueueFile, toRealPath } from './embedded-file.ts';
import { requireSpace } from './embedded-space.ts';
import { createQueueTrimmer } from './embedded-trim.ts';
import { createRecordWriter } from './embedded-writer.ts';
import type { KeyClaim } from './key-claim.ts';
import { createAnswerWriter, type WriteAnswer } from './key-table.ts';
import type { EncodedRecord } from './outlet.ts';
import type { QueueBounds } from './queue-bound.ts';

/** Records that belong to the claim of an Idempotency-Key. */
export interface ClaimedRecords {
  readonly claim: KeyClaim;
  readonly records: readonly EncodedRecord[];
}

/** The claim was taken over, by a request that may have published the message. */
export class LostClaimError extends Error {
  override readonly name = 'LostClaimError';
}

/** Where groups of records are written. */
export interface EmbeddedStore {
  /** The file's real path. */
  readonly path: string;
  /** Returns when every record is on the disk, and noted under its key; throws when none is. */
  write(records: readonly EncodedRecord[], claimed?: readonly ClaimedRecords[]): void;
  /** Throws what `write` would throw now, by writing something that leaves no trace. */
  probe(): void;
  close(): void;
}

/** What a store keeps to. */
export interface EmbeddedStoreOptions {
  /** Queues without a bound just grow. */
  readonly bounds?: QueueBounds | undefined;
  /** Returns a look at the file that each group ends with, in its transaction: what it throws, the group fails with. */
  readonly limit?: ((database: DatabaseSync) => () => void) | undefined;
}

// The event loop stands still while SQLite waits for a lock: a longer wait is the caller's, with a timer.
const LOCK_TIMEOUT_MS = 100;

const PROBE: EncodedRecord = {
  id: '',
  recipient: '',
  queue: '',
  priority: undefined,
  timestamp: 0,
  body: [],
  size: 0,
};

/** Opens the queue file, creates it when it is missing; throws `QueueFileError`. */
export function openEmbeddedStore(
  queuePath: string,
  { bounds = new Map(), limit }: EmbeddedStoreOptions = {},
): EmbeddedStore {
  const path = toRealPath(queuePath);
  const database = openQueueFile(path, LOCK_TIMEOUT_MS);
  const files = [path, `${path}-wal`].map((name) => ({ name, identity: toIdentity(name) }));
  const writeRecords = createRecordWriter(database);
  const trimQueues = createQueueTrimmer(database, bounds);
  const checkLimit = limit?.(database);
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const rollback = database.prepare('ROLLBACK');
  const forget = database.prepare('DELETE FROM record WHERE seq = last_insert_rowid()');

  function transact(bytes: number, work: () => void): void {
    for (const { name, identity } of files) requireSameFile(name, identity);
    begin.run();
    try {
      requireSpace(database, { path, bytes });
      work();
      // With synchronous = FULL the log has been synced when this returns: the promise of every 250 is made here.
      commit.run();
    } catch (error) {
      if (database.isTransaction) rollback.run();
      throw error;
    }
  }

  let writeAnswer: WriteAnswer | undefined;
  /** In the transaction of the records: a key never says more or less than what is there. */
  function writeAnswers(claimed: readonly ClaimedRecords[]): void {
    for (const { claim, records } of claimed) {
      writeAnswer ??= createAnswerWriter(database);
      if (!writeAnswer(claim, records)) throw new LostClaimError('another request took the Idempotency-Key over');
    }
  }

  return {
    path,
    write: (records, claimed = []) =>
      transact(records.reduce((sum, { size }) => sum + size, 0), () => {
        writeRecords(records);
        trimQueues(records);
        checkLimit?.();
        writeAnswers(claimed);
      }),
    probe: () =>
      transact(0, () => {
        writeRecords([PROBE]);
        forget.run();
      }),
    close: () => database.close(),
  };
}

function toIdentity(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.dev}:${stat.ino}`;
}

/** SQLite goes on writing into a file that was deleted or moved away, where no reader would find the records. */
function requireSameFile(path: string, identity: string): void {
  if (toIdentity(path) === identity) return;
  throw new QueueFileError(
    `queue-path ${path}: removed or replaced while in use: put it back, or stop the gateway first and move the file ` +
      'together with its -wal and -shm',
  );
}
