// Empties the spool into RabbitMQ: one worker at a time, each queue in its order, every record until it is confirmed.

import type { Room } from '../net/content-room.ts';
import type { Log } from '../telemetry/log.ts';
import type { AmqpOutlet } from './amqp.ts';
import { isBusy } from './embedded-fault.ts';
import type { PublishFailure, PublishResult } from './outlet.ts';
import {
  type BatchOutcome,
  LAST_BATCH_MS,
  LONGEST_WAIT_MS,
  type SpoolBatch,
  type SpooledRecord,
  type SpoolFile,
} from './spool-file.ts';

/** Settings that have one right value outside of tests. */
export interface SpoolTuning {
  /** Milliseconds between two looks into the file, while something waits there and while nothing does. */
  readonly lookMs: readonly [busy: number, idle: number];
  /** Milliseconds until a refused record is tried again; each refusal doubles them. */
  readonly firstWaitMs: number;
}

/** What a drainer works with. */
export interface SpoolDrainerOptions {
  readonly file: SpoolFile;
  readonly broker: Pick<AmqpOutlet, 'fault' | 'publishInOrder'>;
  /** For what is read out of the file. */
  readonly room: Pick<Room, 'largest' | 'take' | 'give'>;
  readonly log: Log;
  readonly tuning: SpoolTuning;
  /** Hears of each look into the file whether it failed. */
  readonly onLook: (error: unknown) => void;
}

type Sleep = (ms: number) => Promise<void>;

// Trouble of the connection or of the broker as a whole, in which a record keeps its place.
const TRANSIENT: ReadonlySet<PublishFailure['fault']> = new Set(['unavailable', 'timeout', 'blocked', 'full']);
// The bodies, and their frames or compressed forms.
const MEMORY_WEIGHT = 2;
const MAX_LOGGED_IDS = 20;

/** The drain of one worker; other workers of the gateway may have one, too. */
export class SpoolDrainer {
  readonly #options: SpoolDrainerOptions;
  readonly #running = new Map<string, Promise<void>>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;
  readonly #stopping = new AbortController();
  #wakeSleepers = new Set<() => void>();

  /** Starts looking. */
  constructor(options: SpoolDrainerOptions) {
    this.#options = options;
    this.#schedule(0);
  }

  /** Looks at once: something has come. */
  wake(): void {
    if (this.#options.broker.fault === undefined) this.#schedule(0);
  }

  /** Begins no further batch; resolves when those on their way have been settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#stopping.abort();
    clearTimeout(this.#timer);
    for (const wake of this.#wakeSleepers) wake();
    await Promise.all(this.#running.values());
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), delayMs);
  }

  #look(): void {
    const { file, onLook, tuning: { lookMs: [busyMs, idleMs] } } = this.#options;
    let delayMs = busyMs;
    try {
      const queues = file.dueQueues();
      if (queues.length === 0) delayMs = file.hasLease ? busyMs : idleMs;
      else if (this.#mayGoOn()) { for (const queue of queues) this.#start(queue); }
      onLook(undefined);
    } catch (error) {
      if (!isBusy(error)) onLook(error);
    }
    this.#schedule(delayMs);
  }

  #mayGoOn(): boolean {
    const { broker, file } = this.#options;
    return !this.#stopped && broker.fault === undefined && file.takeLease();
  }

  #start(queue: string): void {
    if (this.#running.has(queue)) return;
    const run = this.#drain(queue)
      .catch((error) => isBusy(error) ? undefined : this.#options.onLook(error))
      .finally(() => this.#running.delete(queue));
    this.#running.set(queue, run);
  }

  /** Publishes batch after batch until nothing is due, the broker is in trouble, or somebody else drains. */
  async #drain(queue: string): Promise<void> {
    const { file, log } = this.#options;
    for (let drained = 0; this.#mayGoOn();) {
      const batch = file.nextBatch(queue);
      if (batch.records === 0) return;
      const outcome = await this.#withRoom(batch, () => this.#publish(queue, batch.read()));
      if (outcome === undefined) return;
      const left = await this.#settle(outcome);
      drained += outcome.stored.length;
      if (left === 0 && drained > 0) log.emit('spool.drained', { queue, records: drained });
      if (outcome.stored.length + outcome.setbacks.length < batch.records) return;
    }
  }

  /** Has room for a batch while it is in memory; undefined when there is none, or somebody else drains meanwhile. */
  async #withRoom(batch: SpoolBatch, publish: () => Promise<BatchOutcome>): Promise<BatchOutcome | undefined> {
    const { room } = this.#options;
    const bytes = Math.min(batch.bytes * MEMORY_WEIGHT, room.largest);
    if (!await room.take(bytes, { wait: this.#stopping.signal })) return undefined;
    try {
      return this.#mayGoOn() ? await publish() : undefined;
    } finally {
      room.give(bytes);
    }
  }

  async #publish(queue: string, batch: readonly SpooledRecord[]): Promise<BatchOutcome> {
    const startedAt = performance.now();
    const results = await this.#options.broker.publishInOrder(batch.map(({ record }) => record));
    const isQuick = performance.now() - startedAt < LAST_BATCH_MS / 2;
    return this.#toOutcome(queue, { batch, results, isQuick });
  }

  #toOutcome(
    queue: string,
    { batch, results, isQuick }: {
      readonly batch: readonly SpooledRecord[];
      readonly results: readonly PublishResult[];
      readonly isQuick: boolean;
    },
  ): BatchOutcome {
    const refused: { readonly spooled: SpooledRecord; readonly failure: PublishFailure }[] = [];
    const stored: number[] = [];
    batch.forEach((spooled, index) => {
      const result = results[index];
      if (result?.stored === true) stored.push(spooled.seq);
      else if (result !== undefined && !TRANSIENT.has(result.fault)) refused.push({ spooled, failure: result });
    });
    const setbacks = refused.map(({ spooled: { seq, attempts }, failure: { fault, detail } }) => ({
      seq,
      attempts: attempts + 1,
      waitMs: Math.min(this.#options.tuning.firstWaitMs * 2 ** attempts, LONGEST_WAIT_MS),
      reason: `${fault}: ${detail}`,
    }));
    this.#report(queue, refused.filter(({ spooled }) => spooled.attempts === 0));
    return { queue, stored, setbacks, isQuick: isQuick && refused.length === 0 };
  }

  /** Tells of records that are refused for the first time. */
  #report(
    queue: string,
    refused: readonly { readonly spooled: SpooledRecord; readonly failure: PublishFailure }[],
  ): void {
    for (const [fault, alike] of Map.groupBy(refused, ({ failure }) => failure.fault)) {
      const ids = alike.slice(0, MAX_LOGGED_IDS).map(({ spooled: { record: { id } } }) => id);
      const detail = alike[0]?.failure.detail;
      this.#options.log.emit('spool.set-aside', { queue, fault, detail, records: alike.length, ids });
    }
  }

  /**
   * Notes the outcome, however long the file cannot be written: what the broker has confirmed and the file still has would
   * be published again and again.
   */
  async #settle(outcome: BatchOutcome): Promise<number> {
    const { file, onLook, tuning: { lookMs: [busyMs] } } = this.#options;
    for (;;) {
      try {
        return file.settle(outcome);
      } catch (error) {
        // The next start publishes these records again, under the same ids.
        if (this.#stopped) throw error;
        if (!isBusy(error)) onLook(error);
        await this.#sleep(isBusy(error) ? Math.min(busyMs, 20) : busyMs);
      }
    }
  }

  readonly #sleep: Sleep = (ms) =>
    new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#wakeSleepers.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#wakeSleepers.add(wake);
    });
}
