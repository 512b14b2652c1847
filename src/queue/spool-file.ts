// The spool's own connection to the queue file: what is held there, the next records to publish, and what became of them.

import type { DatabaseSync } from 'node:sqlite';
import { createBodyReader, type ReadBody } from './embedded-body.ts';
import { openDatabase } from './embedded-file.ts';
import type { EncodedRecord, SpoolStats } from './outlet.ts';
import { SET_ASIDE_RANK } from './spool-schema.ts';
import { createSpoolCounter } from './spool-stats.ts';

/** Options of a `SpoolFile`. */
export interface SpoolFileOptions {
  /** Tells the workers of a gateway apart. */
  readonly holder: string;
  /** Unix time in milliseconds, the same for all workers. */
  readonly now?: () => number;
}

/** A record in the spool. */
export interface SpooledRecord {
  /** Its place in the file. */
  readonly seq: number;
  /** How often RabbitMQ has refused it. */
  readonly attempts: number;
  readonly record: EncodedRecord;
}

/** Records to be published together, which are still in the file. */
export interface SpoolBatch {
  readonly records: number;
  /** Of their bodies. */
  readonly bytes: number;
  read(): readonly SpooledRecord[];
}

/** A record that is refused once more. */
export interface Setback {
  readonly seq: number;
  readonly attempts: number;
  /** Milliseconds in which it is not tried again. */
  readonly waitMs: number;
  readonly reason: string;
}

/** What became of a batch. */
export interface BatchOutcome {
  readonly queue: string;
  /** Confirmed by the broker. */
  readonly stored: readonly number[];
  readonly setbacks: readonly Setback[];
  /** Whether the next batch will be confirmed soon, so that it is worth waiting for the last one. */
  readonly isQuick: boolean;
}

/** No record waits longer to be tried again, whatever the clock does. */
export const LONGEST_WAIT_MS = 60_000;
// Bounds the memory of a drain, and how often a record is published twice when the gateway dies in the middle.
const BATCH_RECORDS = 500;
const BATCH_BYTES = 4 * 1024 * 1024;
// What a broker refuses in one stroke with everything around it travels alone.
const LARGE_BYTES = 1024 * 1024;
// The event loop stands still while SQLite waits for a lock: a longer wait is the caller's, with a timer.
const LOCK_TIMEOUT_MS = 100;
const LEASE_MS = 5_000;
/** How long writers may wait for the last batch of a queue. */
export const LAST_BATCH_MS = 250;

interface Place {
  readonly seq: number;
  readonly size: number;
  readonly attempts: number;
}

/** The queue file as a spool; every method may throw SQLite's errors. */
export class SpoolFile {
  readonly path: string;
  readonly #database: DatabaseSync;
  readonly #readBody: ReadBody;
  readonly #holder: string;
  readonly #now: () => number;
  readonly #count: () => SpoolStats;
  readonly #statements: ReturnType<typeof prepareStatements>;
  #leaseUntil = 0;

  /** Opens a file that is a spool already. */
  constructor(path: string, { holder, now = Date.now }: SpoolFileOptions) {
    this.path = path;
    this.#holder = holder;
    this.#now = now;
    this.#database = openDatabase(path, { access: 'rw', lockTimeoutMs: LOCK_TIMEOUT_MS });
    this.#readBody = createBodyReader(this.#database);
    this.#count = createSpoolCounter(this.#database);
    this.#statements = prepareStatements(this.#database);
  }

  /** Whether records of this queue wait, so that a new one has to wait behind them. Takes three microseconds. */
  holds(queue: string): boolean {
    return this.#statements.holds.get(queue) !== undefined;
  }

  /** Whether the last records of a queue are on their way to the broker. */
  isClosing(queue: string): boolean {
    const now = this.#now();
    return this.#statements.closing.get(queue, now, now + LAST_BATCH_MS) !== undefined;
  }

  stats(): SpoolStats {
    return this.#count();
  }

  /** The queues that have something to publish now. */
  dueQueues(): readonly string[] {
    const now = this.#now();
    return this.#statements.dueQueues.all(now, now + LONGEST_WAIT_MS).map(({ queue }) => String(queue));
  }

  /** The next records of a queue, in their order; those that have been refused before and are due come alone. */
  nextBatch(queue: string): SpoolBatch {
    const now = this.#now();
    const due = this.#statements.due.all(queue, now, now + LONGEST_WAIT_MS, BATCH_RECORDS).map(toPlace);
    const places = due.length > 0 ? due : this.#freshPlaces(queue);
    let bytes = 0;
    const end = places.findIndex(({ size }, index) => {
      bytes += size;
      return index > 0 && (bytes > BATCH_BYTES || size > LARGE_BYTES);
    });
    const isFirstLarge = (places[0]?.size ?? 0) > LARGE_BYTES;
    const batch = isFirstLarge ? places.slice(0, 1) : end === -1 ? places : places.slice(0, end);
    return {
      records: batch.length,
      bytes: batch.reduce((sum, { size }) => sum + size, 0),
      read: () => batch.flatMap((place) => this.#read(queue, place) ?? []),
    };
  }

  /** Notes what became of a batch in one durable transaction; returns how many records the queue still has. */
  settle({ queue, stored, setbacks, isQuick }: BatchOutcome): number {
    const { remove, setBack, setAside, remaining, hint, unhint } = this.#statements;
    return this.#transact(() => {
      const now = this.#now();
      for (const seq of stored) remove.run(seq);
      for (const { seq, attempts, waitMs, reason } of setbacks) {
        setBack.run(attempts, now + waitMs, reason, seq);
        setAside.run(seq);
      }
      const left = remaining.get(queue, queue) ?? {};
      const records = Number(left['records'] ?? 0);
      // Under load the spool never runs empty by itself: whoever has more for it waits while the rest is published.
      const isLast = isQuick && records > 0 && records <= BATCH_RECORDS && Number(left['set_aside']) === 0;
      if (isLast) hint.run(queue, now + LAST_BATCH_MS);
      else unhint.run(queue);
      return records;
    });
  }

  /** Takes or keeps the right to drain; false while another worker has it. A dead worker's ends by itself. */
  takeLease(): boolean {
    const now = this.#now();
    const left = this.#leaseUntil - now;
    if (left > LEASE_MS / 2 && left <= LEASE_MS) return true;
    const until = now + LEASE_MS;
    const { changes } = this.#statements.lease.run(this.#holder, until, now, until);
    this.#leaseUntil = Number(changes) === 1 ? until : 0;
    return this.#leaseUntil !== 0;
  }

  /** Whether another worker would be refused the lease. */
  get hasLease(): boolean {
    return this.#leaseUntil > this.#now();
  }

  /** Lets another worker drain at once. */
  releaseLease(): void {
    if (this.#leaseUntil === 0) return;
    this.#statements.release.run(this.#holder);
    this.#leaseUntil = 0;
  }

  close(): void {
    this.#database.close();
  }

  /** RabbitMQ sorts by priority itself: what goes there goes in the order in which it came, whatever its rank. */
  #freshPlaces(queue: string): readonly Place[] {
    const places: Place[] = [];
    for (let rank = -Infinity;;) {
      const next = this.#statements.nextRank.get(queue, rank, SET_ASIDE_RANK)?.['rank'];
      if (next === null || next === undefined) break;
      rank = Number(next);
      places.push(...this.#statements.fresh.all(queue, rank, BATCH_RECORDS).map(toPlace));
    }
    return places.sort((one, other) => one.seq - other.seq).slice(0, BATCH_RECORDS);
  }

  #read(queue: string, { seq, size, attempts }: Place): SpooledRecord | undefined {
    const row = this.#statements.record.get(seq);
    const body = row === undefined ? undefined : this.#readBody(seq);
    // Somebody has taken it out of the file by hand.
    if (row === undefined || body === undefined) return undefined;
    const priority = row['priority'] === null ? undefined : Number(row['priority']);
    const { id, recipient, timestamp } = row;
    const record = { id: String(id), recipient: String(recipient), timestamp: Number(timestamp) };
    return { seq, attempts, record: { ...record, queue, priority, body: [body], size } };
  }

  #transact<T>(work: () => T): T {
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#database.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
  }
}

function toPlace(row: Record<string, unknown>): Place {
  return { seq: Number(row['seq']), size: Number(row['size']), attempts: Number(row['attempts'] ?? 0) };
}

function prepareStatements(database: DatabaseSync) {
  const prepare = (sql: string) => database.prepare(sql);
  return {
    holds: prepare('SELECT 1 FROM record WHERE queue = ? LIMIT 1'),
    closing: prepare('SELECT 1 FROM spool_lease WHERE name = ? AND until > ? AND until <= ?'),
    dueQueues: prepare(`
      SELECT queue FROM spool_tally WHERE queue <> '' AND records >
        (SELECT count(*) FROM spool_setback WHERE spool_setback.queue = spool_tally.queue AND due > ? AND due <= ?)`),
    // A clock that went back must not put a record off for longer than it may ever wait.
    due: prepare(`
      SELECT seq, size, attempts FROM spool_setback JOIN record USING (seq)
      WHERE spool_setback.queue = ? AND (due <= ? OR due > ?) ORDER BY due, seq LIMIT ?`),
    nextRank: prepare('SELECT min(rank) AS rank FROM record WHERE queue = ? AND rank > ? AND rank < ?'),
    fresh: prepare('SELECT seq, size FROM record WHERE queue = ? AND rank = ? ORDER BY seq LIMIT ?'),
    record: prepare('SELECT id, recipient, priority, timestamp FROM record WHERE seq = ?'),
    remove: prepare('DELETE FROM record WHERE seq = ?'),
    setBack: prepare(`
      INSERT OR REPLACE INTO spool_setback (seq, queue, attempts, due, reason)
      SELECT seq, queue, ?, ?, ? FROM record WHERE seq = ?`),
    setAside: prepare(`UPDATE record SET rank = ${SET_ASIDE_RANK} WHERE seq = ? AND rank < ${SET_ASIDE_RANK}`),
    remaining: prepare(`
      SELECT records, EXISTS (SELECT 1 FROM spool_setback WHERE queue = ?) AS set_aside
      FROM spool_tally WHERE queue = ?`),
    hint: prepare("INSERT OR REPLACE INTO spool_lease (name, holder, until) VALUES (?, '', ?)"),
    unhint: prepare('DELETE FROM spool_lease WHERE name = ?'),
    lease: prepare(`
      INSERT INTO spool_lease (name, holder, until) VALUES ('', ?, ?)
      ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
      WHERE holder = excluded.holder OR until <= ? OR until > ?`),
    release: prepare("DELETE FROM spool_lease WHERE name = '' AND holder = ?"),
  };
}
