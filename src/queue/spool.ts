// The outlet with a spool: RabbitMQ while it takes records, the queue file while it does not, and RabbitMQ again in the same order.

import { randomUUID } from 'node:crypto';
import type { Room } from '../net/content-room.ts';
import type { Log } from '../telemetry/log.ts';
import type { AmqpOutlet } from './amqp.ts';
import { describeFault, isBusy } from './embedded-fault.ts';
import { toRealPath } from './embedded-file.ts';
import { openEmbeddedOutlet } from './embedded.ts';
import {
  type EncodedRecord,
  type Outlet,
  type OutletHealth,
  type PublishFailure,
  type PublishResult,
  type SpooledQueue,
  type SpoolStats,
  STORED,
} from './outlet.ts';
import type { QueueBounds } from './queue-bound.ts';
import { SpoolDrainer, type SpoolTuning } from './spool-drain.ts';
import { SpoolFile } from './spool-file.ts';
import { createSpoolLimit } from './spool-schema.ts';

/** Options of `openSpoolOutlet`. */
export interface SpoolOutletOptions {
  /** Key queue-path. */
  readonly path: string;
  /** Key spool-maxsize. */
  readonly maxBytes: number;
  /** The queues that drop their oldest records when they are full. */
  readonly bounds?: QueueBounds;
  /** Connects the outlet that the spool stands in for. */
  readonly connect: (log: Log) => Promise<AmqpOutlet>;
  /** For what is drained. */
  readonly room: Room;
  readonly log: Log;
  readonly tuning?: Partial<SpoolTuning>;
}

type Failure = PublishFailure['fault'];

const TUNING: SpoolTuning = { lookMs: [200, 1_000], firstWaitMs: 1_000 };
// Faults that say nothing about the record: RabbitMQ could not be asked, or may even have it.
const SPOOLED: ReadonlySet<Failure> = new Set(['unavailable', 'timeout', 'blocked']);
// Faults of a queue: while the spool holds it, its records wait their turn there.
const OF_THE_QUEUE: ReadonlySet<Failure> = new Set(['nacked', 'returned']);
// How long a record waits for the last ones before it to be drained, and how often it looks.
const CLOSING_WAIT_MS = 500;
const CLOSING_LOOK_MS = 5;
// A spool that was full counts as full until so much of it is gone.
const FULL_SHARE = 0.9;

/**
 * Opens the queue file, creates it when missing, and connects. Rejects with `QueueFileError` when the file cannot be used,
 * and with what `connect` rejects with.
 */
export async function openSpoolOutlet(options: SpoolOutletOptions): Promise<Outlet> {
  const path = toRealPath(options.path);
  const { log, bounds, maxBytes, room, connect, tuning } = options;
  const limit = (database: Parameters<typeof createSpoolLimit>[0]) => createSpoolLimit(database, { path, maxBytes });
  const store = openEmbeddedOutlet({ path, bounds, log, limit, name: 'spool' });
  const file = new SpoolFile(path, { holder: `${process.pid} ${randomUUID()}` });
  try {
    const broker = await connect(withoutFailures(log));
    return new SpoolOutlet({ store, file, broker, maxBytes, room, log, tuning: { ...TUNING, ...tuning } });
  } catch (error) {
    file.close();
    await store.close();
    throw error;
  }
}

/** A record that RabbitMQ did not take is durable all the same when the spool takes it: only the outcome is told. */
function withoutFailures(log: Log): Log {
  return {
    emit: (event, fields) => event === 'outlet.publish-failed' ? undefined : log.emit(event, fields),
    close: () => log.close(),
  };
}

interface Parts {
  readonly store: Outlet;
  readonly file: SpoolFile;
  readonly broker: AmqpOutlet;
  readonly maxBytes: number;
  readonly room: Room;
  readonly log: Log;
  readonly tuning: SpoolTuning;
}

class SpoolOutlet implements Outlet {
  readonly #store: Outlet;
  readonly #file: SpoolFile;
  readonly #broker: AmqpOutlet;
  readonly #log: Log;
  readonly #maxBytes: number;
  readonly #drainer: SpoolDrainer;
  /** The queues whose records this worker has last put into the spool. */
  readonly #spooling = new Set<string>();
  readonly #closings = new Map<string, Promise<void>>();
  #fault: string | undefined;
  /** What the spool held when it took no more. */
  #fullBytes = Infinity;
  #closing = false;
  #closed = false;
  #open = 0;
  #onIdle: (() => void) | undefined;

  constructor(parts: Parts) {
    this.#store = parts.store;
    this.#file = parts.file;
    this.#broker = parts.broker;
    this.#log = parts.log;
    this.#maxBytes = parts.maxBytes;
    this.#drainer = new SpoolDrainer({ ...parts, onLook: (error) => this.#note(error) });
  }

  async publish(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> {
    if (this.#closing) return records.map(() => STOPPING);
    this.#open += 1;
    try {
      return await this.#publish(records);
    } finally {
      this.#open -= 1;
      if (this.#open === 0) this.#onIdle?.();
    }
  }

  health(): OutletHealth {
    if (this.#closing) return { ready: false, reasons: [STOPPING.detail] };
    const [broker, store, stats] = [this.#broker.health(), this.#store.health(), this.spooled()];
    const isFull = stats !== undefined && stats.bytes >= this.#fullBytes * FULL_SHARE;
    const isUsable = stats !== undefined && store.ready && !isFull;
    const isEmpty = stats === undefined || stats.queues.length === 0;
    return {
      // What waits is no reason to send clients elsewhere: this gateway takes their mail.
      ready: this.#broker.fault === undefined ? broker.ready && (isEmpty || isUsable) : isUsable,
      reasons: [
        ...broker.reasons,
        ...(stats?.queues.map(toReason) ?? []),
        ...(isFull ? ['the spool is full (spool-maxsize)'] : []),
        ...store.reasons,
        ...(this.#fault === undefined || store.reasons.includes(this.#fault) ? [] : [this.#fault]),
      ],
      ...(broker.broker === undefined ? {} : { broker: broker.broker }),
    };
  }

  spooled(): SpoolStats | undefined {
    try {
      return this.#file.stats();
    } catch (error) {
      this.#note(error);
      return undefined;
    }
  }

  async drain(): Promise<void> {
    this.#closing = true;
    // What the broker does not confirm while it is drained still goes to the spool.
    await Promise.all([this.#drainer.stop(), this.#broker.drain()]);
    if (this.#open > 0) await new Promise<void>((resolve) => this.#onIdle = resolve);
    await this.#store.drain();
    const records = this.spooled()?.queues.reduce((sum, queue) => sum + queue.records, 0) ?? 0;
    if (records > 0) this.#log.emit('spool.kept', { path: this.#file.path, records });
    this.#end();
  }

  async close(): Promise<void> {
    this.#closing = true;
    await Promise.all([this.#drainer.stop(), this.#broker.close()]);
    await this.#store.close();
    this.#end();
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    try {
      this.#file.releaseLease();
    } catch {
      // It ends by itself.
    }
    this.#file.close();
  }

  async #publish(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> {
    const held = await this.#findHeld(records);
    const direct = this.#broker.fault === undefined ? records.filter(({ queue }) => !held.has(queue)) : [];
    const results = new Map<EncodedRecord, PublishResult>();
    const answers = await this.#broker.publish(direct);
    direct.forEach((record, index) => results.set(record, answers[index] ?? STOPPING));
    const rest = records.filter((record) => results.get(record)?.stored !== true);
    if (rest.length > 0) {
      const spooled = await this.#spool(rest, { held, results });
      rest.forEach((record, index) => results.set(record, spooled[index] ?? STOPPING));
    }
    return records.map((record) => results.get(record) ?? STOPPING);
  }

  /** The queues that the spool holds; waits a moment for those whose last records are just being published. */
  async #findHeld(records: readonly EncodedRecord[]): Promise<ReadonlySet<string>> {
    const held = new Set<string>();
    for (const queue of new Set(records.map((record) => record.queue))) {
      if (this.#holds(queue) && this.#isClosing(queue)) {
        let closing = this.#closings.get(queue);
        if (closing === undefined) {
          closing = this.#waitForClosing(queue).finally(() => this.#closings.delete(queue));
          this.#closings.set(queue, closing);
        }
        await closing;
      }
      if (this.#holds(queue)) held.add(queue);
      else this.#spooling.delete(queue);
    }
    return held;
  }

  async #waitForClosing(queue: string): Promise<void> {
    const deadline = performance.now() + CLOSING_WAIT_MS;
    while (performance.now() < deadline && this.#isClosing(queue) && this.#holds(queue)) {
      await new Promise((resolve) => setTimeout(resolve, CLOSING_LOOK_MS));
    }
  }

  #isClosing(queue: string): boolean {
    try {
      return this.#broker.fault === undefined && this.#file.isClosing(queue);
    } catch {
      return false;
    }
  }

  #holds(queue: string): boolean {
    try {
      return this.#file.holds(queue);
    } catch (error) {
      if (isBusy(error)) return true;
      // What a broken file holds cannot be drained either: better out of order than not at all.
      this.#note(error);
      return false;
    }
  }

  /** Puts into the spool what may go there; all or nothing, because the client hears one reply for all records. */
  async #spool(
    records: readonly EncodedRecord[],
    { held, results }: {
      readonly held: ReadonlySet<string>;
      readonly results: ReadonlyMap<EncodedRecord, PublishResult>;
    },
  ): Promise<readonly PublishResult[]> {
    const sizes = await Promise.all(records.map((record) => this.#broker.refuseSize(record)));
    const failures = records.map((record, index) => sizes[index] ?? toFailure(results.get(record)));
    const final = records
      .map(({ queue }, index) => ({ queue, failure: failures[index] }))
      .find(({ queue, failure }) => failure !== undefined && !this.#isSpoolable(queue, failure));
    if (final?.failure !== undefined) {
      const { failure } = final;
      return records.map((record, index) => this.#fail(record, failures[index] ?? failure));
    }
    const stored = await this.#store.publish(records);
    return records.map((record, index) => {
      const result = stored[index] ?? STOPPING;
      if (result.stored) return this.#welcome(record, { isNew: !held.has(record.queue) });
      return this.#fail(record, this.#combine(result, failures[index]));
    });
  }

  #isSpoolable(queue: string, { fault }: PublishFailure): boolean {
    return SPOOLED.has(fault) || (OF_THE_QUEUE.has(fault) && this.#holds(queue));
  }

  #welcome({ queue }: EncodedRecord, { isNew }: { readonly isNew: boolean }): PublishResult {
    this.#fullBytes = Infinity;
    if (isNew && !this.#spooling.has(queue)) {
      this.#log.emit('spool.started', { queue, reason: this.#broker.fault?.detail });
    }
    this.#spooling.add(queue);
    this.#drainer.wake();
    return STORED;
  }

  /** Why neither RabbitMQ nor the spool took a record. */
  #combine(spool: PublishFailure, broker: PublishFailure | undefined): PublishFailure {
    const bytes = this.spooled()?.bytes ?? 0;
    // A single message may be too large for a spool that is nearly empty.
    if (spool.fault === 'full' && bytes > this.#maxBytes / 2) this.#fullBytes = bytes;
    const reason = broker?.detail ?? this.#broker.fault?.detail;
    return reason === undefined ? spool : { ...spool, detail: `${spool.detail}; ${reason}` };
  }

  #fail({ id, queue }: EncodedRecord, failure: PublishFailure): PublishResult {
    this.#log.emit('outlet.publish-failed', { id, queue, fault: failure.fault, detail: failure.detail });
    return failure;
  }

  /** Tells once that the file cannot be read, and once that it can. */
  #note(error: unknown): void {
    const fault = error === undefined ? undefined : describeFault(this.#file.path, error);
    if (fault === this.#fault) return;
    this.#fault = fault;
    if (fault === undefined) this.#log.emit('spool.usable', { path: this.#file.path });
    else this.#log.emit('spool.unusable', { reason: fault });
  }
}

const STOPPING: PublishFailure = { stored: false, fault: 'unavailable', detail: 'the gateway is stopping' };

function toFailure(result: PublishResult | undefined): PublishFailure | undefined {
  return result === undefined || result.stored ? undefined : result;
}

function toReason({ queue, records, setAside, reason }: SpooledQueue): string {
  const waiting = `${records} records for queue '${queue}' wait in the spool`;
  return setAside === 0 ? waiting : `${waiting}, ${setAside} of them set aside (${reason})`;
}
