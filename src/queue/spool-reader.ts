// Reads RabbitMQ's queues for `mailchute queue` and tells what waits in the spool beside them, also while RabbitMQ is away.

import { describeFault } from './embedded-fault.ts';
import { openExistingQueueFile, toRealPath } from './embedded-file.ts';
import type { SpooledQueue } from './outlet.ts';
import type { GetOptions, OnRecord, QueueCount, QueueReader } from './reader.ts';
import { hasSpoolSchema } from './spool-schema.ts';
import { createSpoolCounter } from './spool-stats.ts';

/** Options of `openSpoolReader`. */
export interface SpoolReaderOptions {
  /** Key queue-path. */
  readonly path: string;
  /** The configured queues. */
  readonly queues: readonly string[];
  /** Connects to RabbitMQ; rejects with a sentence for the user. */
  readonly connect: () => Promise<QueueReader>;
  /** Gets sentences for the user that are no errors. */
  readonly onWarning: (sentence: string) => void;
}

const LOCK_TIMEOUT_MS = 10_000;

/** Resolves to a reader even without RabbitMQ; `get` then rejects with why it is not there. */
export async function openSpoolReader(options: SpoolReaderOptions): Promise<QueueReader> {
  try {
    return new SpoolReader(options, { broker: await options.connect() });
  } catch (error) {
    return new SpoolReader(options, { fault: error });
  }
}

type BrokerSide = { readonly broker: QueueReader } | { readonly fault: unknown };

class SpoolReader implements QueueReader {
  readonly #options: SpoolReaderOptions;
  readonly #side: BrokerSide;

  constructor(options: SpoolReaderOptions, side: BrokerSide) {
    this.#options = options;
    this.#side = side;
  }

  async list(): Promise<readonly QueueCount[]> {
    const spooled = this.#readSpool();
    if (spooled === undefined && 'fault' in this.#side) throw this.#side.fault;
    const published = await this.#listPublished();
    for (const { queue, setAside, reason } of spooled?.values() ?? []) {
      if (setAside > 0) {
        this.#options.onWarning(`queue '${queue}': ${setAside} records in the spool are set aside (${reason})`);
      }
    }
    const names = new Set([...this.#options.queues, ...(published?.keys() ?? []), ...(spooled?.keys() ?? [])]);
    return [...names].map((queue) => ({
      queue,
      messages: published?.get(queue),
      spooled: spooled === undefined ? undefined : spooled.get(queue)?.records ?? 0,
    }));
  }

  async get(queue: string, options: GetOptions, onRecord: OnRecord): Promise<number> {
    const waiting = this.#readSpool()?.get(queue)?.records ?? 0;
    if (waiting > 0) {
      this.#options.onWarning(`queue '${queue}': ${waiting} more records wait in the spool (${this.#options.path})`);
    }
    if ('fault' in this.#side) throw this.#side.fault;
    return await this.#side.broker.get(queue, options, onRecord);
  }

  async close(): Promise<void> {
    if ('broker' in this.#side) await this.#side.broker.close();
  }

  async #listPublished(): Promise<ReadonlyMap<string, number | undefined> | undefined> {
    if ('broker' in this.#side) {
      return new Map((await this.#side.broker.list()).map(({ queue, messages }) => [queue, messages]));
    }
    const { fault } = this.#side;
    this.#options.onWarning(fault instanceof Error ? fault.message : String(fault));
    return undefined;
  }

  /** What the spool holds, by queue; undefined, with a warning, when its file cannot be read. */
  #readSpool(): ReadonlyMap<string, SpooledQueue> | undefined {
    try {
      const path = toRealPath(this.#options.path);
      const database = openExistingQueueFile(path, { ack: false, lockTimeoutMs: LOCK_TIMEOUT_MS });
      try {
        // A gateway with spool: on makes a spool of the file when it starts.
        if (!hasSpoolSchema(database)) return new Map();
        return new Map(createSpoolCounter(database)().queues.map((spooled) => [spooled.queue, spooled]));
      } finally {
        database.close();
      }
    } catch (error) {
      this.#options.onWarning(describeFault(this.#options.path, error));
      return undefined;
    }
  }
}
