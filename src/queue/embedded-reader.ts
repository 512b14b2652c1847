// Reads the embedded queue from any process, also while the gateway writes: short reads, bounded memory.

import type { DatabaseSync } from 'node:sqlite';
import { createBodyReader, type ReadBody } from './embedded-body.ts';
import { describeFault, QueueFileError } from './embedded-fault.ts';
import { openExistingQueueFile, toRealPath } from './embedded-file.ts';
import type { GetOptions, OnRecord, QueueCount, QueueReader } from './reader.ts';

/** Options of `openEmbeddedReader`. */
export interface EmbeddedReaderOptions {
  /** Key queue-path; the file must exist. */
  readonly path: string;
  /** The configured queues, which are listed also while they are empty. */
  readonly queues: readonly string[];
  /** Whether `get` will be asked to acknowledge. */
  readonly ack: boolean;
}

/** Where a record stands in its queue. */
interface Place {
  readonly rank: number;
  readonly seq: number;
}

const LOCK_TIMEOUT_MS = 10_000;
// Places, not bodies: one look into the index fetches this many.
const PLACES_AT_ONCE = 500;
// Acknowledgements wait for company, but not for long: what was not written when the process dies is read again.
const ACK_RECORDS = 100;
const ACK_BYTES = 32 * 1024 * 1024;
const ACK_DELAY_MS = 500;

/** Opens the queue file for reading; throws `QueueFileError` when it is missing or not a queue. */
export function openEmbeddedReader({ path: queuePath, queues, ack }: EmbeddedReaderOptions): QueueReader {
  const path = toRealPath(queuePath);
  const database = openExistingQueueFile(path, { ack, lockTimeoutMs: LOCK_TIMEOUT_MS });
  return new EmbeddedReader(database, { path, queues });
}

class EmbeddedReader implements QueueReader {
  readonly #database: DatabaseSync;
  readonly #readBody: ReadBody;
  readonly #path: string;
  readonly #queues: readonly string[];

  constructor(database: DatabaseSync, { path, queues }: Pick<EmbeddedReaderOptions, 'path' | 'queues'>) {
    this.#database = database;
    this.#readBody = createBodyReader(database);
    this.#path = path;
    this.#queues = queues;
  }

  list(): Promise<readonly QueueCount[]> {
    return this.#describing(() => {
      const rows = this.#database.prepare('SELECT queue, count(*) AS messages FROM record GROUP BY queue').all();
      const counts = new Map(rows.map(({ queue, messages }) => [String(queue), Number(messages)]));
      const names = new Set([...this.#queues, ...[...counts.keys()].sort()]);
      return [...names].map((queue) => ({ queue, messages: counts.get(queue) ?? 0 }));
    });
  }

  async get(queue: string, { count, ack }: GetOptions, onRecord: OnRecord): Promise<number> {
    const newest = await this.#describing(() => this.#findNewest(queue));
    const delivered = new Acknowledgements(this.#database);
    let records = 0;
    let after: Place = { rank: -Infinity, seq: 0 };
    while (count === undefined || records < count) {
      const limit = Math.min(PLACES_AT_ONCE, (count ?? Infinity) - records);
      const places = await this.#describing(() => this.#findPlaces(queue, { after, newest, limit }));
      for (const place of places) {
        const body = await this.#describing(() => this.#readBody(place.seq));
        after = place;
        // Another reader has acknowledged it since.
        if (body === undefined) continue;
        await onRecord(body);
        records++;
        if (ack) await this.#describing(() => delivered.add(place.seq, body.length));
      }
      if (places.length === 0) break;
    }
    await this.#describing(() => delivered.write());
    return records;
  }

  close(): Promise<void> {
    this.#database.close();
    return Promise.resolve();
  }

  #findNewest(queue: string): number {
    const { newest, known } = this.#database
      .prepare('SELECT max(seq) AS newest, EXISTS (SELECT 1 FROM record WHERE queue = ?) AS known FROM record')
      .get(queue) ?? {};
    if (known === 0 && !this.#queues.includes(queue)) {
      throw new QueueFileError(
        `queue ${
          JSON.stringify(queue)
        }: neither configured nor in ${this.#path}: "mailchute queue ls" lists the queues`,
      );
    }
    return Number(newest ?? 0);
  }

  /** The next places behind `after`, all of one rank; none at the end of the queue. */
  #findPlaces(queue: string, { after, newest, limit }: { after: Place; newest: number; limit: number }): Place[] {
    // Comparing (rank, seq) as one value would read each rank from its beginning every time.
    const find = this.#database
      .prepare(
        'SELECT rank, seq FROM record WHERE queue = ? AND rank = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?',
      );
    const toPlaces = (rank: number, seq: number) =>
      find.all(queue, rank, seq, newest, limit).map((row) => ({ rank: Number(row['rank']), seq: Number(row['seq']) }));
    const places = toPlaces(after.rank, after.seq);
    if (places.length > 0) return places;
    const { next } = this.#database
      .prepare('SELECT min(rank) AS next FROM record WHERE queue = ? AND rank > ? AND seq <= ?')
      .get(queue, after.rank, newest) ?? {};
    return next === null ? [] : toPlaces(Number(next), 0);
  }

  /** Faults of the file reject with a sentence for the user; those of the caller are left alone. */
  async #describing<T>(work: () => T): Promise<T> {
    try {
      return work();
    } catch (error) {
      throw new QueueFileError(describeFault(this.#path, error), { cause: error });
    }
  }
}

/** Delivered records that are still to be removed. */
class Acknowledgements {
  readonly #database: DatabaseSync;
  #delivered: number[] = [];
  #bytes = 0;
  #since = 0;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add(seq: number, bytes: number): void {
    if (this.#delivered.length === 0) this.#since = performance.now();
    this.#delivered.push(seq);
    this.#bytes += bytes;
    const late = performance.now() - this.#since > ACK_DELAY_MS;
    if (late || this.#delivered.length >= ACK_RECORDS || this.#bytes >= ACK_BYTES) this.write();
  }

  /** Removes them in one short transaction. */
  write(): void {
    if (this.#delivered.length === 0) return;
    const remove = this.#database.prepare('DELETE FROM record WHERE seq = ?');
    this.#database.exec('BEGIN IMMEDIATE');
    try {
      for (const seq of this.#delivered) remove.run(seq);
      this.#database.exec('COMMIT');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK');
      throw error;
    }
    this.#delivered = [];
    this.#bytes = 0;
  }
}
