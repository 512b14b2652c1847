// Reads queues of RabbitMQ for `mailchute queue`: counts them, and hands out records with or without taking them.

import { parseAmqpAddresses } from './amqp-address.ts';
import { AmqpConnectError, type AmqpConnection, connectAmqp, onChannel } from './amqp-connection.ts';
import { compareQueue } from './amqp-difference.ts';
import { toBrokerText, toErrorCode } from './amqp-failure.ts';
import { walkQueue } from './amqp-walk.ts';
import type { GetOptions, OnRecord, QueueCount, QueueReader } from './reader.ts';

/** Settings of the reader (MailerQ: rabbitmq-…). */
export interface AmqpReaderOptions {
  /** AMQP URLs, tried in order. */
  readonly addresses: readonly string[];
  readonly verify: boolean;
  /** Path of a PEM file with further authorities. */
  readonly ca: string | undefined;
  /** The queues that `list` counts. */
  readonly queues: readonly string[];
  /** Gets sentences for the user that are no errors. */
  readonly onWarning: (sentence: string) => void;
}

const HEARTBEAT_SECONDS = 10;
const CONNECT_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** RabbitMQ 4 drops a message of a quorum queue that came back more often, where the queue says nothing else. */
const DEFAULT_DELIVERY_LIMIT = 20;

/** Connects to the first address that answers; rejects with one sentence that says why and what to do. */
export async function connectAmqpReader(options: AmqpReaderOptions): Promise<QueueReader> {
  const addresses = parseAmqpAddresses(options.addresses);
  const settings = { heartbeatSeconds: HEARTBEAT_SECONDS, connectTimeoutMs: CONNECT_TIMEOUT_MS };
  try {
    const connection = await connectAmqp({ ...options, ...settings, addresses }, new AbortController());
    return new AmqpReader(connection, options);
  } catch (error) {
    if (!(error instanceof AmqpConnectError)) throw error;
    throw new Error(`Cannot connect to RabbitMQ: ${error.message} (${error.advice})`, { cause: error });
  }
}

class AmqpReader implements QueueReader {
  readonly #connection: AmqpConnection;
  readonly #options: AmqpReaderOptions;

  constructor(connection: AmqpConnection, options: AmqpReaderOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  async list(): Promise<readonly QueueCount[]> {
    const counts: QueueCount[] = [];
    for (const queue of new Set(this.#options.queues)) {
      try {
        counts.push({ queue, messages: await this.#count(queue) });
      } catch (error) {
        if (toErrorCode(error) !== 404) throw this.#explain(queue, error);
        this.#options.onWarning(`queue '${queue}' does not exist yet in ${this.#connection.address.label}`);
      }
    }
    return counts;
  }

  async get(queue: string, { count, ack }: GetOptions, onRecord: OnRecord): Promise<number> {
    try {
      const present = await this.#count(queue);
      const wanted = Math.min(count ?? present, present);
      const deliveryLimit = await this.#deliveryLimit(queue);
      const walk = { queue, wanted, ack, deliveryLimit, onRecord, onWarning: this.#options.onWarning };
      return await this.#unlessGone(walkQueue(this.#connection.model, walk));
    } catch (error) {
      throw this.#explain(queue, error);
    }
  }

  async close(): Promise<void> {
    await this.#connection.close(CLOSE_TIMEOUT_MS);
  }

  async #count(queue: string): Promise<number> {
    const look = onChannel(this.#connection.model, (channel) => channel.checkQueue(queue));
    return (await this.#unlessGone(look)).messageCount;
  }

  /** Deliveries after which the queue drops a message; Infinity where it does not count them. */
  async #deliveryLimit(queue: string): Promise<number> {
    const shape = { durable: true, autoDelete: false, arguments: { 'x-queue-type': 'quorum' } };
    try {
      const differences = await this.#unlessGone(compareQueue(this.#connection.model, queue, { shape }));
      const found = new Map(differences.map(({ property, found }) => [property, found]));
      if (found.has('x-queue-type')) return Infinity;
      return Number(found.get('x-delivery-limit') ?? DEFAULT_DELIVERY_LIMIT);
    } catch (error) {
      if (toErrorCode(error) !== 403) throw error;
      return DEFAULT_DELIVERY_LIMIT;
    }
  }

  /** Some calls of amqplib never settle when the connection breaks between two frames of the answer. */
  #unlessGone<T>(answer: Promise<T>): Promise<T> {
    const gone = this.#connection.closed.then((reason) => Promise.reject(new Error(`the connection broke: ${reason}`)));
    return Promise.race([answer, gone]);
  }

  /** Turns a refusal of the broker into a sentence about the queue; leaves other errors as they are. */
  #explain(queue: string, error: unknown): unknown {
    const code = toErrorCode(error);
    if (typeof code !== 'number') return error;
    const { label } = this.#connection.address;
    const text = code === 404
      ? `Queue '${queue}' does not exist in ${label}: mailchute creates it when it starts, or name another one`
      : `Cannot read queue '${queue}' in ${label}: ${toBrokerText(error)}`;
    return new Error(text, { cause: error });
  }
}
