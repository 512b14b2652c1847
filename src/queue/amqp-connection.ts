// Opens one connection to RabbitMQ: tries the addresses in order and hands back a connection that cannot crash the process.

import { readFile } from 'node:fs/promises';
import { type Channel, type ChannelModel, connect, type SocketOptions } from 'amqplib';
import type { AmqpAddress } from './amqp-address.ts';
import { publishDirectly } from './amqp-direct.ts';
import { type AmqpFailure, OutletFault, toBrokerText, toConnectFailure } from './amqp-failure.ts';

/** How brokers are reached. */
export interface AmqpConnectionOptions {
  readonly addresses: readonly AmqpAddress[];
  /** Whether the broker's certificate must be valid for its name (MailerQ: rabbitmq-verify). */
  readonly verify: boolean;
  /** Path of a PEM file with further authorities. */
  readonly ca: string | undefined;
  /** Seconds; a silent peer is noticed after two to three of them. */
  readonly heartbeatSeconds: number;
  /** How long one address may stay silent while the connection is opened. */
  readonly connectTimeoutMs: number;
}

/** An open connection; error listeners are attached. */
export interface AmqpConnection {
  /** Its channels publish what `toContent` makes. */
  readonly model: ChannelModel;
  readonly address: AmqpAddress;
  /** The broker's version, such as `3.10.8`. */
  readonly version: string;
  readonly isOpen: boolean;
  /** Resolves with the reason when the connection is gone, whoever ended it; never rejects. */
  readonly closed: Promise<string>;
  /** Says goodbye to the broker and resolves when the connection is gone, after `timeoutMs` at the latest. */
  close(timeoutMs: number): Promise<void>;
  /** Drops the connection at once, unsent bytes included; `why` becomes the reason of `closed`. */
  destroy(why: string): void;
}

/** Thrown when no address could be used. */
export class AmqpConnectError extends Error {
  override readonly name = 'AmqpConnectError';
  /** One entry per address, in the order in which they were tried. */
  readonly failures: readonly (AmqpFailure & { readonly address: AmqpAddress })[];

  constructor(failures: readonly (AmqpFailure & { readonly address: AmqpAddress })[]) {
    super(failures.map(({ address, reason }) => `${address.label}: ${reason}`).join('; '));
    this.failures = failures;
  }

  /** What to do, each advice once. */
  get advice(): string {
    return [...new Set(this.failures.map(({ advice }) => advice))].join('; ');
  }
}

/**
 * Connects to the first address that answers. `abort` ends the attempt and, later, the connection. Throws
 * AmqpConnectError when no address answers, OutletFault when the authority file cannot be read.
 */
export async function connectAmqp(options: AmqpConnectionOptions, abort: AbortController): Promise<AmqpConnection> {
  const failures: (AmqpFailure & { address: AmqpAddress })[] = [];
  const ca = await readAuthorities(options);
  for (const address of options.addresses) {
    if (abort.signal.aborted) break;
    try {
      return watch(await open(address, { options, ca, signal: abort.signal }), address, abort);
    } catch (error) {
      failures.push({ address, ...toConnectFailure(error, address) });
    }
  }
  throw new AmqpConnectError(failures);
}

async function readAuthorities({ ca, addresses }: AmqpConnectionOptions): Promise<string | undefined> {
  if (ca === undefined || addresses.every(({ protocol }) => protocol === 'amqp')) return undefined;
  try {
    return await readFile(ca, 'utf8');
  } catch (error) {
    throw new OutletFault(`rabbitmq-ca: cannot read '${ca}': ${toBrokerText(error)}; name a readable PEM file`);
  }
}

interface OpenOptions {
  readonly options: AmqpConnectionOptions;
  readonly ca: string | undefined;
  readonly signal: AbortSignal;
}

function open(address: AmqpAddress, { options, ca, signal }: OpenOptions): Promise<ChannelModel> {
  const { protocol, hostname, port, username, password } = address;
  // amqplib hands these to net.connect and tls.connect: the signal is the only way to take back a half-open connection.
  const socketOptions: SocketOptions & { readonly signal: AbortSignal } = {
    // Without it each confirmed publish of a quiet connection waits 40 ms for a delayed ACK.
    noDelay: true,
    timeout: options.connectTimeoutMs,
    rejectUnauthorized: options.verify,
    clientProperties: { connection_name: 'mailchute' },
    signal,
    ...(ca === undefined ? {} : { ca }),
  };
  // amqplib decodes the virtual host once more.
  const vhost = encodeURIComponent(address.vhost);
  const heartbeat = options.heartbeatSeconds;
  return connect({ protocol, hostname, port, username, password, vhost, heartbeat }, socketOptions);
}

function watch(model: ChannelModel, address: AmqpAddress, abort: AbortController): AmqpConnection {
  const { promise: closed, resolve } = Promise.withResolvers<string>();
  publishDirectly(model);
  let isOpen = true;
  let reason: string | undefined;
  // Told again by the close that follows; but without a listener it would be thrown.
  model.on('error', () => {});
  model.on('close', (error) => {
    isOpen = false;
    const isOurs = error === undefined || error.name === 'AbortError';
    resolve(isOurs ? reason ?? 'the connection was closed' : toBrokerText(error));
    // After a heartbeat timeout amqplib only half-closes the socket, which a frozen peer would keep for minutes.
    abort.abort();
  });
  const destroy = (why: string) => {
    reason ??= why;
    abort.abort();
    // A connection that the broker closed with its first word has told so before anybody listened.
    setImmediate(() => resolve(why));
  };
  return {
    model,
    address,
    version: model.connection.serverProperties.version,
    get isOpen() {
      return isOpen;
    },
    closed,
    async close(timeoutMs) {
      const timer = setTimeout(() => destroy('the broker did not answer the goodbye'), timeoutMs);
      // Its promise stays open for ever when the connection ends in another way than by the broker's answer.
      model.close().catch((error) => destroy(toBrokerText(error)));
      await closed;
      clearTimeout(timer);
    },
    destroy,
  };
}

/**
 * Runs `work` on a channel of its own, which is closed afterwards: a refused declaration closes the channel it was made
 * on. Rejects with the broker's refusal.
 */
export async function onChannel<T>(model: ChannelModel, work: (channel: Channel) => Promise<T>): Promise<T> {
  const channel = await model.createChannel();
  // The refusal also rejects the call that caused it; without a listener it would be thrown.
  channel.on('error', () => {});
  // A goodbye that loses its connection is never answered; this event comes in any case.
  const closed = new Promise<void>((resolve) => channel.once('close', resolve));
  try {
    return await work(channel);
  } finally {
    await Promise.race([closed, channel.close().catch(() => {})]);
  }
}
