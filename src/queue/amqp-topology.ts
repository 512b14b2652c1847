// Makes sure that the destination queues (and a named exchange) are there: looks first, declares what is missing, reports what differs.

import type { ChannelModel } from 'amqplib';
import type { Log } from '../telemetry/log.ts';
import { onChannel } from './amqp-connection.ts';
import { compareQueue, type Difference, type QueueShape, toDifference } from './amqp-difference.ts';
import { OutletFault, toBrokerText, toErrorCode } from './amqp-failure.ts';
import type { QueueBound, QueueBounds } from './queue-bound.ts';

/** Queue types; `lazy` is a classic queue that keeps its messages on disk. */
export type QueueType = 'quorum' | 'classic' | 'lazy';

/** What must be there before records are published. */
export interface AmqpTopologyOptions {
  readonly queues: readonly string[];
  /** The queues among them that drop their oldest records when they are full. */
  readonly bounds?: QueueBounds;
  /** Undefined: the default exchange, which knows every queue by its name. */
  readonly exchange: string | undefined;
  /** False: nothing is ever declared or bound. */
  readonly declare: boolean;
  readonly durable: boolean;
  /** For queues that do not exist yet. */
  readonly queueType: QueueType;
  /** x-max-priority of new queues. */
  readonly maxPriority: number | undefined;
  readonly log: Log;
}

/** The queues and the exchange of one outlet, as last seen. */
export class AmqpTopology {
  readonly #options: AmqpTopologyOptions;
  readonly #missing = new Map<string, string>();
  readonly #reported = new Set<string>();
  #last: Promise<void> = Promise.resolve();

  constructor(options: AmqpTopologyOptions) {
    this.#options = options;
  }

  /** One sentence for each queue or exchange that is not there and cannot be made. */
  get missing(): readonly string[] {
    return [...this.#missing.values()];
  }

  /**
   * Looks for everything and declares what is missing. Rejects with OutletFault when a queue is not durable, and with
   * the broker's error when the connection goes. What else cannot be had is told by `missing`.
   */
  ensure(model: ChannelModel): Promise<void> {
    // One after the other: several connections that come up together would report everything several times.
    const run = this.#last.then(() => this.#ensure(model));
    this.#last = run.catch(() => {});
    return run;
  }

  async #ensure(model: ChannelModel): Promise<void> {
    const { exchange, queues } = this.#options;
    if (exchange !== undefined) await this.#have(`exchange '${exchange}'`, () => this.#ensureExchange(model, exchange));
    for (const queue of new Set(queues)) {
      await this.#have(`queue '${queue}'`, () => this.#ensureQueue(model, queue));
    }
  }

  /** Runs one check; a refusal by the broker is noted under `name`, anything else ends the run. */
  async #have(name: string, check: () => Promise<void>): Promise<void> {
    try {
      await check();
      this.#missing.delete(name);
    } catch (error) {
      // Only a refusal carries an AMQP reply code; without one the channel went with its connection.
      if (typeof toErrorCode(error) !== 'number') throw error;
      this.#note(name, toBrokerText(error));
    }
  }

  #note(name: string, reason: string): void {
    const { declare, log } = this.#options;
    const known = this.#missing.get(name);
    const sentence = `${name} cannot be used: ${reason}`;
    this.#missing.set(name, sentence);
    if (known === sentence) return;
    const advice = declare ? 'let the user declare it, or create it' : 'create it, or set rabbitmq-declare to true';
    log.emit('outlet.queue-missing', { name, reason, advice });
  }

  async #ensureExchange(model: ChannelModel, exchange: string): Promise<void> {
    const { declare, durable } = this.#options;
    const make = () => onChannel(model, (channel) => channel.assertExchange(exchange, 'direct', { durable }));
    const exists = await this.#exists(() => onChannel(model, (channel) => channel.checkExchange(exchange)));
    if (!declare) return;
    if (!exists) return void await make();
    const difference = await unlessForbidden(toDifference(make()), undefined);
    if (difference !== undefined) this.#report('exchange', exchange, difference);
  }

  async #ensureQueue(model: ChannelModel, queue: string): Promise<void> {
    const { declare, exchange } = this.#options;
    const exists = await this.#exists(() => onChannel(model, (channel) => channel.checkQueue(queue)));
    if (!declare) return;
    if (exists) await this.#compare(model, queue);
    else await this.#declare(model, queue);
    if (exchange === undefined) return;
    await unlessForbidden(onChannel(model, (channel) => channel.bindQueue(queue, exchange, queue)), undefined);
  }

  /** Looks without declaring. Where nothing may be declared, what is missing rejects with the broker's sentence. */
  async #exists(look: () => Promise<unknown>): Promise<boolean> {
    try {
      await look();
      return true;
    } catch (error) {
      if (toErrorCode(error) !== 404 || !this.#options.declare) throw error;
      return false;
    }
  }

  #shapeOf(queue: string): QueueShape {
    return toQueueShape({ ...this.#options, bound: this.#options.bounds?.get(queue) });
  }

  async #declare(model: ChannelModel, queue: string): Promise<void> {
    await onChannel(model, (channel) => channel.assertQueue(queue, this.#shapeOf(queue)));
    this.#options.log.emit('outlet.queue-declared', { queue, type: this.#options.queueType });
  }

  async #compare(model: ChannelModel, queue: string): Promise<void> {
    const comparison = compareQueue(model, queue, { shape: this.#shapeOf(queue) });
    for (const difference of await unlessForbidden(comparison, [])) {
      if (difference.property === 'durable' && difference.found === 'false') {
        throw new OutletFault(
          `queue '${queue}' is not durable (durable: found false, wanted true): its messages would not survive a ` +
            'restart of RabbitMQ; delete the queue, it is then declared anew, or use another one',
        );
      }
      this.#report('queue', queue, difference);
    }
  }

  #report(kind: 'queue' | 'exchange', name: string, { property, found, wanted }: Difference): void {
    const key = JSON.stringify([kind, name, property, found, wanted]);
    if (this.#reported.has(key)) return;
    this.#reported.add(key);
    // A queue that was declared without a type is a classic one.
    const value = property === 'x-queue-type' && found === 'none' ? 'classic' : found;
    this.#options.log.emit('outlet.queue-differs', { [kind]: name, property, found: value, wanted });
  }
}

/** A user who may publish but not declare is no fault: what exists is then used unseen. */
async function unlessForbidden<T, U>(answer: Promise<T>, otherwise: U): Promise<T | U> {
  try {
    return await answer;
  } catch (error) {
    if (toErrorCode(error) !== 403) throw error;
    return otherwise;
  }
}

/** What a new queue is declared with. A full one drops from its head, RabbitMQ's default: no `x-overflow` is needed. */
export function toQueueShape(
  { durable, queueType, maxPriority, bound }: Pick<AmqpTopologyOptions, 'durable' | 'queueType' | 'maxPriority'> & {
    readonly bound?: QueueBound | undefined;
  },
): QueueShape {
  return {
    durable,
    autoDelete: false,
    arguments: {
      // Named even for classic queues: a virtual host may have another default type.
      'x-queue-type': queueType === 'quorum' ? 'quorum' : 'classic',
      ...(queueType === 'lazy' ? { 'x-queue-mode': 'lazy' } : {}),
      ...(maxPriority === undefined ? {} : { 'x-max-priority': maxPriority }),
      ...(bound === undefined ? {} : { 'x-max-length': bound.records, 'x-max-length-bytes': bound.bytes }),
    },
  };
}
