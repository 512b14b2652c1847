// The RabbitMQ outlet: a record is durable when the broker has confirmed it; everything else is a fault the sender hears of.

import type { Log } from '../telemetry/log.ts';
import { parseAmqpAddresses } from './amqp-address.ts';
import { AmqpLink, type LinkFault } from './amqp-link.ts';
import { compressBody, type Publication } from './amqp-publication.ts';
import { AmqpTopology, type AmqpTopologyOptions } from './amqp-topology.ts';
import { AmqpWindow } from './amqp-window.ts';
import type {
  BrokerConnections,
  EncodedRecord,
  Outlet,
  OutletHealth,
  PublishFailure,
  PublishResult,
} from './outlet.ts';

/** Settings that have one right value outside of tests. */
export interface AmqpTuning {
  readonly heartbeatSeconds: number;
  readonly connectTimeoutMs: number;
  /** Shortest and longest pause between two rounds through the addresses. */
  readonly backoffMs: readonly [number, number];
  /** Bytes of all records in flight together. */
  readonly windowBytes: number;
  /** Records larger than this travel on a channel of their own. */
  readonly largeBytes: number;
  readonly random: () => number;
}

/** Settings of the RabbitMQ outlet (MailerQ: rabbitmq-…). */
export interface AmqpOutletOptions extends AmqpTopologyOptions {
  /** AMQP URLs, tried in order. */
  readonly addresses: readonly string[];
  /** Whether the broker's certificate must be valid. */
  readonly verify: boolean;
  /** Path of a PEM file with further authorities. */
  readonly ca: string | undefined;
  /** Delivery mode 2; false: a restart of the broker may lose what was confirmed. */
  readonly persistent: boolean;
  readonly encoding: 'gzip' | undefined;
  /** Publishes that may await their confirm, over all connections. */
  readonly throttle: number;
  /** Connections. */
  readonly publishers: number;
  /** A record without confirm that long after its write has failed; one that finds no place that long, too. */
  readonly timeoutMs: number;
  /** The broker's limit for an encoded record. */
  readonly maxMessageBytes: number;
  readonly log: Log;
  readonly tuning?: Partial<AmqpTuning>;
}

const TUNING: AmqpTuning = {
  heartbeatSeconds: 10,
  connectTimeoutMs: 10_000,
  backoffMs: [100, 5_000],
  windowBytes: 64 * 1024 * 1024,
  largeBytes: 1024 * 1024,
  random: Math.random,
};

/** The outlet with what a spool in front of it asks. */
export interface AmqpOutlet extends Outlet {
  /** Why no record can be taken now; undefined while one connection is usable. */
  readonly fault: LinkFault | undefined;
  /** The refusal of a record that RabbitMQ would not take for its size; undefined when it would. */
  refuseSize(record: EncodedRecord): Promise<PublishFailure | undefined>;
  /**
   * Publishes on one channel, so that what is stored is in the queue in this order. A record that fails before another
   * one is stored was refused for itself. The caller bounds the bytes.
   */
  publishInOrder(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]>;
}

type Settle = Publication['settle'];

// What gzip may add to bytes that it cannot compress: a share of them (a thousandth is generous), and its frame.
const GZIP_GROWTH = 1000;
const GZIP_FRAME_BYTES = 64;

/**
 * Connects and resolves when the outlet can be asked: with a connection, or after a first round without one, which
 * goes on in the background. Rejects only with what no retry heals: an unusable address, an unreadable authority file,
 * a queue that is not durable.
 */
export async function connectAmqpOutlet(options: AmqpOutletOptions): Promise<AmqpOutlet> {
  const outlet = new RabbitmqOutlet(options);
  try {
    await outlet.firstRound();
  } catch (error) {
    await outlet.close();
    throw error;
  }
  return outlet;
}

class RabbitmqOutlet implements AmqpOutlet {
  readonly #options: AmqpOutletOptions;
  readonly #topology: AmqpTopology;
  readonly #window: AmqpWindow;
  readonly #links: readonly AmqpLink[];
  #maxMessageBytes: number;
  /** Records handed in and not yet settled. */
  #open = 0;
  #draining = false;
  #onIdle: (() => void) | undefined;

  constructor(options: AmqpOutletOptions) {
    const tuning = { ...TUNING, ...options.tuning };
    this.#options = options;
    this.#maxMessageBytes = options.maxMessageBytes;
    this.#topology = new AmqpTopology(options);
    this.#window = new AmqpWindow({
      maxRecords: options.throttle,
      maxBytes: tuning.windowBytes,
      timeoutMs: options.timeoutMs,
      onEnter: (publication) => this.#write(publication),
    });
    const addresses = parseAmqpAddresses(options.addresses);
    this.#links = Array.from({ length: options.publishers }, () =>
      new AmqpLink({
        ...options,
        ...tuning,
        exchange: options.exchange ?? '',
        topology: this.#topology,
        connection: { ...options, ...tuning, addresses },
        onChange: () => this.#change(),
        onSizeLimit: (bytes) => this.#lowerLimit(bytes),
      }));
  }

  async firstRound(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.firstRound));
  }

  async publish(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> {
    // What is being compressed is open, too: a drain waits for it.
    this.#open += 1;
    try {
      // Compressing what cannot be sent would only keep the processor busy.
      const isPlain = this.#options.encoding === undefined || this.fault !== undefined;
      return await this.#submit(records, isPlain ? [] : await Promise.all(records.map(compressBody)));
    } finally {
      this.#release();
    }
  }

  async publishInOrder(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> {
    const bodies = this.#options.encoding === undefined ? [] : await Promise.all(records.map(compressBody));
    const publications: Publication[] = [];
    const results = collectResults(records, (record, report, index) => {
      const compressed = bodies[index];
      const publication = { record, compressed, size: compressed?.length ?? record.size, settle: this.#count(report) };
      const refusal = this.#refuseSize(publication.size);
      if (refusal === undefined) publications.push(publication);
      else publication.settle(refusal);
    });
    const link = this.#chooseLink();
    if (link !== undefined) link.writeInOrder(publications);
    else for (const { settle } of publications) settle(this.#toFailure());
    return await results;
  }

  async refuseSize(record: EncodedRecord): Promise<PublishFailure | undefined> {
    const isSmall = record.size + record.size / GZIP_GROWTH + GZIP_FRAME_BYTES <= this.#maxMessageBytes;
    if (this.#options.encoding === undefined || isSmall) return this.#refuseSize(record.size);
    return this.#refuseSize((await compressBody(record)).length);
  }

  health(): OutletHealth {
    const { fault } = this;
    const reasons = fault === undefined ? [...this.#topology.missing] : [fault.detail, ...this.#topology.missing];
    return { ready: reasons.length === 0, reasons, broker: this.#connections() };
  }

  #connections(): BrokerConnections {
    const faults = this.#links.map((link) => link.fault);
    const connected = faults.filter((fault) => fault === undefined).length;
    const blocked = faults.filter((fault) => fault?.fault === 'blocked').length;
    return { connected, blocked, down: faults.length - connected - blocked };
  }

  async drain(): Promise<void> {
    this.#draining = true;
    if (this.#open > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#onIdle = resolve;
      const timer = setTimeout(resolve, this.#options.timeoutMs);
      await promise;
      clearTimeout(timer);
    }
    await this.#end({ graceful: true });
  }

  async close(): Promise<void> {
    this.#draining = true;
    await this.#end({ graceful: false });
  }

  async #end(how: { readonly graceful: boolean }): Promise<void> {
    await Promise.all(this.#links.map((link) => link.close(how)));
  }

  get fault(): LinkFault | undefined {
    if (this.#draining) return { fault: 'unavailable', detail: 'the outlet is closing' };
    const faults = this.#links.map((link) => link.fault);
    if (faults.includes(undefined)) return undefined;
    // A blocked connection tells more than one that is not there.
    return faults.find((fault) => fault?.fault === 'blocked') ?? faults[0];
  }

  /** Counts a record as open until its result is reported. */
  #count(report: Settle): Settle {
    this.#open += 1;
    return (result) => {
      report(result);
      this.#release();
    };
  }

  #release(): void {
    this.#open -= 1;
    if (this.#open === 0) this.#onIdle?.();
  }

  #submit(
    records: readonly EncodedRecord[],
    bodies: readonly (Buffer | undefined)[],
  ): Promise<readonly PublishResult[]> {
    const sizes = records.map(({ size }, index) => bodies[index]?.length ?? size);
    // The sender hears of one reply for all: a message that some of its recipients can never have goes to none.
    const refusal = this.#refuseSize(Math.max(...sizes));
    return collectResults(records, (record, report, index) => {
      const settle = this.#count(report);
      if (refusal !== undefined) return settle(refusal);
      this.#enter({ record, compressed: bodies[index], size: sizes[index] ?? record.size, settle });
    });
  }

  #enter(publication: Publication): void {
    if (this.fault !== undefined) publication.settle(this.#toFailure());
    else this.#window.enter(publication);
  }

  #refuseSize(size: number): PublishFailure | undefined {
    if (size <= this.#maxMessageBytes) return undefined;
    const detail = `${size} bytes encoded, the broker's limit is ${this.#maxMessageBytes}`;
    return { stored: false, fault: 'too-large', detail };
  }

  #toFailure(): PublishFailure {
    return { stored: false, ...(this.fault ?? { fault: 'unavailable', detail: 'no connection' }) };
  }

  /** The usable connection with the least in flight. */
  #chooseLink(): AmqpLink | undefined {
    let best: AmqpLink | undefined;
    for (const link of this.#links) {
      if (link.fault === undefined && (best === undefined || link.inFlight < best.inFlight)) best = link;
    }
    return best;
  }

  /** Writes a publication that has its place in the window. */
  #write(publication: Publication): void {
    const settle = (result: PublishResult) => {
      const { record: { id, queue }, settle } = publication;
      if (!result.stored) {
        this.#options.log.emit('outlet.publish-failed', { id, queue, fault: result.fault, detail: result.detail });
      }
      settle(result);
      this.#window.leave(publication);
    };
    const link = this.#chooseLink();
    if (link !== undefined) link.write({ ...publication, settle });
    else settle(this.#toFailure());
  }

  #change(): void {
    if (this.fault !== undefined) this.#window.failWaiting(this.#toFailure());
  }

  /** A broker that refused a body for its size refuses it every time: from now on that is a permanent fault. */
  #lowerLimit(bytes: number): void {
    if (bytes >= this.#maxMessageBytes) return;
    this.#options.log.emit('outlet.size-limit', { configured: this.#maxMessageBytes, found: bytes });
    this.#maxMessageBytes = bytes;
  }
}

/** Starts each record with a function that takes its result; resolves when all have come. */
function collectResults(
  records: readonly EncodedRecord[],
  start: (record: EncodedRecord, report: Settle, index: number) => void,
): Promise<readonly PublishResult[]> {
  return new Promise((resolve) => {
    const results: PublishResult[] = [];
    let missing = records.length;
    if (missing === 0) resolve(results);
    records.forEach((record, index) => {
      const report = (result: PublishResult) => {
        results[index] = result;
        if (--missing === 0) resolve(results);
      };
      start(record, report, index);
    });
  });
}
