// One publishing connection, kept up for as long as the outlet lives: connects, fails over, reconnects, and holds two lanes.

import type { Log } from '../telemetry/log.ts';
import { AmqpConnectError, type AmqpConnection, type AmqpConnectionOptions, connectAmqp } from './amqp-connection.ts';
import { OutletFault, toBrokerText } from './amqp-failure.ts';
import { AmqpLane } from './amqp-lane.ts';
import type { Publication } from './amqp-publication.ts';
import type { AmqpTopology } from './amqp-topology.ts';
import type { PublishFault } from './outlet.ts';

/** Settings of a link. */
export interface AmqpLinkOptions {
  readonly connection: AmqpConnectionOptions;
  readonly topology: AmqpTopology;
  /** Empty: the default exchange. */
  readonly exchange: string;
  readonly persistent: boolean;
  /** From the write of a record to its confirm. */
  readonly timeoutMs: number;
  /** Records larger than this travel on their own channel: what kills it leaves the others alone. */
  readonly largeBytes: number;
  /** Bounds of the pause between two rounds through the addresses; it doubles from one to the other. */
  readonly backoffMs: readonly [number, number];
  /** 0–1, for the jitter. */
  readonly random: () => number;
  readonly log: Log;
  /** The link has become unusable, or usable again. */
  readonly onChange: () => void;
  /** The broker takes no larger bodies than this. */
  readonly onSizeLimit: (bytes: number) => void;
}

/** Why a link takes no records now. */
export interface LinkFault {
  readonly fault: PublishFault;
  readonly detail: string;
}

type LaneName = 'small' | 'large';

interface LaneLife {
  readonly connection: AmqpConnection;
  readonly lane: AmqpLane;
  readonly openedAt: number;
}

const CLOSE_TIMEOUT_MS = 1_000;
/** How long the look at the queues and the opening of the channels may take. */
const SETUP_TIMEOUT_MS = 10_000;

/** One supervised connection. */
export class AmqpLink {
  readonly #options: AmqpLinkOptions;
  readonly #lanes = new Map<LaneName, AmqpLane>();
  readonly #firstRound = Promise.withResolvers<void>();
  readonly #ended: Promise<void>;
  #connection: AmqpConnection | undefined;
  #down: LinkFault | undefined = { fault: 'unavailable', detail: 'not connected yet' };
  #blocked: LinkFault | undefined;
  #attempt = new AbortController();
  #closing = false;
  #wake: (() => void) | undefined;
  #checking: Promise<void> | undefined;
  #recheck: ReturnType<typeof setTimeout> | undefined;
  readonly #renewals = new Map<LaneName, ReturnType<typeof setTimeout>>();
  /** Channels replaced since the last one that held. */
  #refusals = 0;

  /** Starts connecting. */
  constructor(options: AmqpLinkOptions) {
    this.#options = options;
    this.#firstRound.promise.catch(() => {});
    this.#ended = this.#run();
  }

  /** Resolves when every address was tried once or one works; rejects with OutletFault. */
  get firstRound(): Promise<void> {
    return this.#firstRound.promise;
  }

  /** Why no record can be written now; undefined when one can. */
  get fault(): LinkFault | undefined {
    return this.#down ?? this.#blocked;
  }

  /** Records written and not yet settled. */
  get inFlight(): number {
    let sum = 0;
    for (const lane of this.#lanes.values()) sum += lane.inFlight;
    return sum;
  }

  /** Publishes on the lane for the record's size. */
  write(publication: Publication): void {
    this.#writeOn(publication.size > this.#options.largeBytes ? 'large' : 'small', publication);
  }

  /** Publishes all on one lane, so that they reach their queue in this order. */
  writeInOrder(publications: readonly Publication[]): void {
    const isLarge = publications.some(({ size }) => size > this.#options.largeBytes);
    for (const publication of publications) this.#writeOn(isLarge ? 'large' : 'small', publication);
  }

  /** Ends the connection; `graceful` says goodbye to the broker first. */
  async close({ graceful }: { readonly graceful: boolean }): Promise<void> {
    this.#closing = true;
    this.#setDown({ fault: 'unavailable', detail: 'the outlet is closed' });
    this.#wake?.();
    if (graceful) await this.#connection?.close(CLOSE_TIMEOUT_MS);
    this.#attempt.abort();
    await this.#ended;
  }

  #writeOn(name: LaneName, publication: Publication): void {
    const lane = this.#lanes.get(name);
    if (lane !== undefined) return lane.write(publication);
    const { fault, detail } = this.fault ?? { fault: 'unavailable', detail: 'the channel is being reopened' };
    publication.settle({ stored: false, fault, detail });
  }

  async #run(): Promise<void> {
    const { random, backoffMs: [minMs, maxMs] } = this.#options;
    for (let failures = 0; !this.#closing; failures++) {
      const startedAt = performance.now();
      await this.#round();
      // A connection that held for a while starts the backoff anew; one that falls at once does not.
      if (performance.now() - startedAt > maxMs) failures = 0;
      const waitMs = Math.min(maxMs, minMs * 2 ** failures);
      if (!this.#closing) await this.#sleep(waitMs * (0.5 + random() / 2));
    }
    this.#firstRound.resolve();
  }

  /** One connection from the attempt to its end; never rejects. */
  async #round(): Promise<void> {
    this.#attempt = new AbortController();
    if (this.#closing) this.#attempt.abort();
    try {
      const connection = await connectAmqp(this.#options.connection, this.#attempt);
      this.#fail(new Error(`${connection.address.label}: ${await this.#serve(connection)}`));
    } catch (error) {
      this.#attempt.abort();
      this.#fail(error);
      if (error instanceof OutletFault) this.#firstRound.reject(error);
    }
    this.#firstRound.resolve();
  }

  /** Resolves with the reason when the connection has ended; rejects when it could not be made ready. */
  async #serve(connection: AmqpConnection): Promise<string> {
    const { model, address, version } = connection;
    this.#connection = connection;
    model.on('blocked', (reason) => this.#block(reason));
    model.on('unblocked', () => this.#unblock());
    try {
      await this.#setUp(connection);
      this.#options.log.emit('outlet.ready', { address: address.label, version });
      this.#setDown(undefined);
      this.#firstRound.resolve();
      return await connection.closed;
    } finally {
      this.#connection = undefined;
      this.#blocked = undefined;
      this.#lanes.clear();
      clearTimeout(this.#recheck);
      for (const timer of this.#renewals.values()) clearTimeout(timer);
    }
  }

  async #setUp(connection: AmqpConnection): Promise<void> {
    const timer = setTimeout(() => connection.destroy('no answer to the look at the queues'), SETUP_TIMEOUT_MS);
    try {
      await this.#options.topology.ensure(connection.model);
      this.#scheduleCheck();
      for (const name of ['small', 'large'] as const) await this.#openLane(connection, name);
    } finally {
      clearTimeout(timer);
    }
  }

  async #openLane(connection: AmqpConnection, name: LaneName): Promise<void> {
    const { exchange, persistent, timeoutMs } = this.#options;
    const openedAt = performance.now();
    const lane = await AmqpLane.open(connection.model, {
      exchange,
      persistent,
      timeoutMs,
      onReturned: () => this.#check(),
      onNacked: () => this.#scheduleRenewal(name, { connection, lane, openedAt }),
      onClosed: (reason) => this.#reopen(name, { connection, lane, reason }),
      onStuck: (reason) => this.#drop(connection, reason),
    });
    this.#lanes.get(name)?.retire();
    this.#lanes.set(name, lane);
  }

  /**
   * RabbitMQ (3.10) goes on refusing everything on a channel that first met a quorum queue when its leader had died, with
   * a new leader, too. Whatever the reason of a refusal: after a while the next records get another channel.
   */
  #scheduleRenewal(name: LaneName, { connection, lane, openedAt }: LaneLife): void {
    const [minMs, maxMs] = this.#options.backoffMs;
    if (performance.now() - openedAt > maxMs) this.#refusals = 0;
    const waitMs = Math.min(maxMs, minMs * 2 ** this.#refusals++);
    this.#renewals.set(name, setTimeout(() => void this.#renew(name, { connection, lane }), waitMs));
  }

  async #renew(name: LaneName, { connection, lane }: Omit<LaneLife, 'openedAt'>): Promise<void> {
    if (this.#lanes.get(name) !== lane || this.#closing) return;
    await this.#openLane(connection, name).catch((error) => this.#drop(connection, toBrokerText(error)));
  }

  /** Replaces a channel that the broker closed; the connection and the other lane stay. */
  async #reopen(
    name: LaneName,
    { connection, lane, reason }: { connection: AmqpConnection; lane: AmqpLane; reason: string },
  ): Promise<void> {
    const isReplaced = this.#lanes.has(name) && this.#lanes.get(name) !== lane;
    if (!isReplaced) this.#lanes.delete(name);
    const limit = /larger than (?:configured )?max(?:imum)? size (?:of )?(\d+)/.exec(reason)?.[1];
    if (limit !== undefined) this.#options.onSizeLimit(Number(limit));
    // amqplib closes the channels first and tells of the connection in the same turn.
    await Promise.resolve();
    if (isReplaced || !connection.isOpen || this.#closing) return;
    this.#options.log.emit('outlet.channel-closed', { address: connection.address.label, reason });
    try {
      // The exchange may have been deleted under us: look before the next record falls into the same hole.
      await this.#options.topology.ensure(connection.model);
      await this.#openLane(connection, name);
    } catch (error) {
      this.#drop(connection, toBrokerText(error));
    }
  }

  #drop(connection: AmqpConnection, reason: string): void {
    if (this.#connection !== connection) return;
    this.#setDown({ fault: 'unavailable', detail: reason });
    connection.destroy(reason);
  }

  /** Looks at the queues again in the background, at most once at a time. */
  #check(): void {
    const connection = this.#connection;
    if (connection === undefined || this.#checking !== undefined) return;
    this.#checking = this.#options.topology.ensure(connection.model)
      .catch((error) => this.#drop(connection, toBrokerText(error)))
      .finally(() => {
        this.#checking = undefined;
        this.#scheduleCheck();
      });
  }

  /** While something is missing it is looked for again and again: health must find out when somebody made it. */
  #scheduleCheck(): void {
    clearTimeout(this.#recheck);
    if (this.#connection === undefined || this.#options.topology.missing.length === 0) return;
    this.#recheck = setTimeout(() => this.#check(), this.#options.backoffMs[1]);
  }

  #block(reason: string): void {
    this.#options.log.emit('outlet.blocked', { address: this.#connection?.address.label, reason });
    this.#blocked = { fault: 'blocked', detail: `the broker blocks publishing: ${reason}` };
    this.#options.onChange();
  }

  #unblock(): void {
    this.#options.log.emit('outlet.unblocked', { address: this.#connection?.address.label });
    this.#blocked = undefined;
    this.#options.onChange();
  }

  #fail(error: unknown): void {
    if (this.#closing) return;
    const reason = toBrokerText(error);
    const detail = `no connection to RabbitMQ: ${reason}`;
    if (this.#down?.detail !== detail) {
      const advice = error instanceof AmqpConnectError ? error.advice : undefined;
      this.#options.log.emit('outlet.unavailable', { reason, advice });
    }
    this.#setDown({ fault: 'unavailable', detail });
  }

  #setDown(down: LinkFault | undefined): void {
    this.#down = down;
    this.#options.onChange();
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
