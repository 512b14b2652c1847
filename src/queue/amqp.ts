// The RabbitMQ outlet: a record is durable when the broker has confirmed it; everything else is a fault the sender hears of.

import type { Log } from '../telemetry/log.ts';
import { parseAmqpAddresses } from './amqp-address.ts';
import { AmqpLink, type LinkFault } from './amqp-link.ts';
import { compressBody, type Publication } from './amqp-publication.ts';
import { AmqpTopology, type AmqpTopologyOptions } from './amqp-topology.ts';
import { AmqpWindow } from './amqp-window.ts';
import type { EncodedRecord, Outlet, OutletHealth, PublishResult } from './outlet.ts';

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

/**
 * Connects and resolves when the outlet can be asked: with a connection, or after a first round without one, which
 * goes on in the background. Rejects only with what no retry heals: an unusable address, an unreadable authority file,
 * a queue that is not durable.
 */
export async function connectAmqpOutlet(options: AmqpOutletOptions): Promise<Outlet> {
  const outlet = new AmqpOutlet(options);
  try {
    await outlet.firstRound();
  } catch (error) {
    await outlet.close();
    throw error;
  }
  return outlet;
}

class AmqpOutlet implements Outlet {
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

  publish(records: readonly EncodedRecord[]): Promise<readonly PublishResult[]> {
    return new Promise((resolve) => {
      const results: PublishResult[] = [];
      let missing = records.length;
      if (missing === 0) resolve(results);
      records.forEach((record, index) =>
        this.#submit(record, (result) => {
          results[index] = result;
          if (--missing === 0) resolve(results);
        })
      );
    });
  }

  health(): OutletHealth {
    const fault = this.#fault();
    const reasons = fault === undefined ? [...this.#topology.missing] : [fault.detail, ...this.#topology.missing];
    return { ready: reasons.length === 0, reasons };
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

  /** Why no record is taken; undefined while one connection is usable. */
  #fault(): LinkFault | undefined {
    if (this.#draining) return { fault: 'unavailable', detail: 'the outlet is closing' };
    const faults = this.#links.map((link) => link.fault);
    if (faults.includes(undefined)) return undefined;
    // A blocked connection tells more than one that is not there.
    return faults.find((fault) => fault?.fault === 'blocked') ?? faults[0];
  }

  #submit(record: EncodedRecord, report: (result: PublishResult) => void): void {
    this.#open += 1;
    const settle = (result: PublishResult) => {
      this.#open -= 1;
      report(result);
      if (this.#open === 0) this.#onIdle?.();
    };
    if (this.#options.encoding === undefined) {
      return this.#enter({ record, compressed: undefined, size: record.size, settle });
    }
    const fault = this.#fault();
    // Compressing what cannot be sent would only keep the processor busy.
    if (fault !== undefined) return settle({ stored: false, ...fault });
    compressBody(record).then(
      (compressed) => this.#enter({ record, compressed, size: compressed.length, settle }),
      (error) => settle({ stored: false, fault: 'unavailable', detail: `cannot compress the record: ${error}` }),
    );
  }

  #enter(publication: Publication): void {
    const { size, settle } = publication;
    if (size > this.#maxMessageBytes) {
      const detail = `${size} bytes encoded, the broker's limit is ${this.#maxMessageBytes}`;
      return settle({ stored: false, fault: 'too-large', detail });
    }
    const fault = this.#fault();
    if (fault !== undefined) return settle({ stored: false, ...fault });
    this.#window.enter(publication);
  }

  /** Writes a publication that has its place in the window, on the connection with the least in flight. */
  #write(publication: Publication): void {
    const settle = (result: PublishResult) => {
      const { record: { id, queue }, settle } = publication;
      if (!result.stored) {
        this.#options.log.emit('outlet.publish-failed', { id, queue, fault: result.fault, detail: result.detail });
      }
      settle(result);
      this.#window.leave(publication);
    };
    let best: AmqpLink | undefined;
    for (const link of this.#links) {
      if (link.fault === undefined && (best === undefined || link.inFlight < best.inFlight)) best = link;
    }
    if (best !== undefined) return best.write({ ...publication, settle });
    settle({ stored: false, ...(this.#fault() ?? { fault: 'unavailable', detail: 'no connection' }) });
  }

  #change(): void {
    const fault = this.#fault();
    if (fault !== undefined) this.#window.failWaiting({ stored: false, ...fault });
  }

  /** A broker that refused a body for its size refuses it every time: from now on that is a permanent fault. */
  #lowerLimit(bytes: number): void {
    if (bytes >= this.#maxMessageBytes) return;
    this.#options.log.emit('outlet.size-limit', { configured: this.#maxMessageBytes, found: bytes });
    this.#maxMessageBytes = bytes;
  }
}
