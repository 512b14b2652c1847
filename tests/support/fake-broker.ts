// A broker that speaks AMQP frames over TCP and does what a real one will not do on demand: withhold, refuse, break off.

import { Buffer } from 'node:buffer';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { once } from 'node:events';
import { portOf } from './free-port.ts';
import {
  encodeFrame,
  encodeMethod,
  type Field,
  FieldReader,
  FRAME,
  type Frame,
  FrameReader,
  readMessageId,
} from './amqp-frames.ts';

/** One basic.publish, complete with its content. */
export interface FakePublish {
  readonly session: FakeSession;
  readonly channel: number;
  /** Delivery tag, counted per channel. */
  readonly tag: number;
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly messageId: string;
  /** The content header's payload, as received. */
  readonly header: Buffer;
  readonly body: Buffer;
}

/** How the fake behaves. */
export interface FakeBrokerOptions {
  /** Queues that exist; others are refused when looked for, and made when declared. */
  readonly queues?: readonly string[];
  /** What to do with a publish; by default it is acknowledged. */
  readonly onPublish?: (publish: FakePublish) => void;
  /** Sent in connection.tune; seconds, 0 is none. */
  readonly heartbeat?: number;
  /**
   * `silent` accepts connections and says nothing; `close-at-open` closes each connection in the same breath as it opens
   * it, `close-at-select` the first connection's confirm channels.
   */
  readonly handshake?: 'normal' | 'silent' | 'close-at-open' | 'close-at-select';
  /** Certificate and key in PEM: the port then speaks TLS. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

/** A listening fake broker. */
export class FakeBroker {
  readonly queues: Set<string>;
  readonly options: FakeBrokerOptions;
  readonly sessions: FakeSession[] = [];
  /** Every complete publish, in the order of arrival. */
  readonly publishes: FakePublish[] = [];
  readonly #server: Server;
  readonly #waiters: { count: number; resolve: () => void; seen: readonly unknown[] }[] = [];

  private constructor(options: FakeBrokerOptions) {
    this.options = options;
    this.queues = new Set(options.queues ?? ['inbox']);
    const accept = (socket: Socket) => void new FakeSession(this, socket);
    this.#server = options.tls === undefined ? createServer(accept) : createTlsServer(options.tls, accept);
    this.#server.on('tlsClientError', () => {});
  }

  static async listen(options: FakeBrokerOptions = {}, port = 0): Promise<FakeBroker> {
    const broker = new FakeBroker(options);
    broker.#server.listen(port, '127.0.0.1');
    await once(broker.#server, 'listening');
    return broker;
  }

  get port(): number {
    return portOf(this.#server);
  }

  get url(): string {
    return `amqp://guest:guest@127.0.0.1:${this.port}`;
  }

  /** Resolves to the publish with this number (from 1), now or when it arrives. */
  async publish(number: number): Promise<FakePublish> {
    await this.#reached(this.publishes, number);
    return this.publishes[number - 1] as FakePublish;
  }

  /** Resolves to the session with this number (from 1) once its connection is open. */
  async session(number: number): Promise<FakeSession> {
    await this.#reached(this.sessions, number);
    return this.sessions[number - 1] as FakeSession;
  }

  /** For the sessions: something has arrived. */
  notify(): void {
    for (const waiter of this.#waiters) if (waiter.seen.length >= waiter.count) waiter.resolve();
  }

  /** Stops listening and breaks all connections. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const session of this.sessions) session.cut();
    await closed;
  }

  async #reached(seen: readonly unknown[], count: number): Promise<void> {
    if (seen.length >= count) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiters.push({ count, resolve, seen });
    await promise;
  }
}

interface PartialPublish {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly pieces: Buffer[];
  header: Buffer | undefined;
  missing: number;
}

/** One client connection. */
export class FakeSession {
  /** Resolves when the client's side of the connection has ended. */
  readonly ended: Promise<void>;
  readonly #broker: FakeBroker;
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #partial = new Map<number, PartialPublish>();
  readonly #tags = new Map<number, number>();

  constructor(broker: FakeBroker, socket: Socket) {
    this.#broker = broker;
    this.#socket = socket;
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    socket.setNoDelay(true);
    if (broker.options.handshake === 'silent') {
      socket.resume();
      broker.sessions.push(this);
      broker.notify();
      return;
    }
    socket.on('data', (chunk) => this.#read(chunk));
  }

  ack({ channel, tag }: FakePublish, { multiple = false } = {}): void {
    this.#send(channel, 60, 80, [['longlong', tag], ['octet', Number(multiple)]]);
  }

  nack({ channel, tag }: FakePublish, { multiple = false } = {}): void {
    this.#send(channel, 60, 120, [['longlong', tag], ['octet', Number(multiple)]]);
  }

  /** Gives the message back as unroutable; a real broker acknowledges it afterwards. */
  return({ channel, exchange, routingKey, header, body }: FakePublish, text = 'NO_ROUTE'): void {
    this.#send(channel, 60, 50, [['short', 312], ['shortText', text], ['shortText', exchange], [
      'shortText',
      routingKey,
    ]]);
    this.#socket.write(encodeFrame(FRAME.header, channel, { payload: header }));
    if (body.length > 0) this.#socket.write(encodeFrame(FRAME.body, channel, { payload: body }));
  }

  block(reason: string): void {
    this.#send(0, 10, 60, [['shortText', reason]]);
  }

  unblock(): void {
    this.#send(0, 10, 61, []);
  }

  closeChannel(channel: number, code: number, text: string): void {
    this.#tags.delete(channel);
    this.#send(channel, 20, 40, [['short', code], ['shortText', text], ['short', 0], ['short', 0]]);
  }

  closeConnection(code: number, text: string): void {
    this.#send(0, 10, 50, [['short', code], ['shortText', text], ['short', 0], ['short', 0]]);
  }

  /** Sends bytes as they are: half frames, nonsense. */
  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Reads nothing more and so answers nothing more. */
  freeze(): void {
    this.#socket.removeAllListeners('data');
    this.#socket.pause();
  }

  /** Reads nothing until the function that it returns is called. */
  pause(): () => void {
    this.#socket.pause();
    return () => this.#socket.resume();
  }

  /** Breaks the connection. */
  cut(): void {
    this.#socket.destroy();
  }

  #send(channel: number, classId: number, methodId: number, fields: readonly Field[]): void {
    const payload = encodeMethod(classId, methodId, { fields });
    this.#socket.write(encodeFrame(FRAME.method, channel, { payload }));
  }

  #read(chunk: Uint8Array): void {
    const greeted = this.#frames.greeted;
    const frames = [...this.#frames.read(chunk)];
    if (!greeted && this.#frames.greeted) this.#start();
    for (const frame of frames) this.#handle(frame);
  }

  #start(): void {
    this.#send(0, 10, 10, [
      ['octet', 0],
      ['octet', 9],
      ['longText', ''], // an empty table of server properties
      ['longText', 'PLAIN AMQPLAIN'],
      ['longText', 'en_US'],
    ]);
  }

  #handle({ type, channel, payload }: Frame): void {
    if (type === FRAME.header) return this.#header(channel, payload);
    if (type === FRAME.body) return this.#body(channel, payload);
    if (type !== FRAME.method) return;
    const fields = new FieldReader(payload);
    const method = `${fields.short()}.${fields.short()}`;
    this.#methods[method]?.(channel, fields);
  }

  readonly #methods: { readonly [method: string]: (channel: number, fields: FieldReader) => void } = {
    '10.11': () => {
      this.#send(0, 10, 30, [['short', 100], ['long', 131072], ['short', this.#broker.options.heartbeat ?? 0]]);
    },
    '10.40': () => this.#open(),
    '10.50': () => this.#send(0, 10, 51, []),
    '10.51': () => this.#socket.end(),
    '20.10': (channel) => {
      this.#tags.set(channel, 0);
      this.#send(channel, 20, 11, [['longText', '']]);
    },
    '20.40': (channel) => this.#send(channel, 20, 41, []),
    '40.10': (channel) => this.#send(channel, 40, 11, []),
    '50.10': (channel, fields) => this.#declare(channel, fields),
    '50.20': (channel) => this.#send(channel, 50, 21, []),
    '60.40': (channel, fields) => this.#publish(channel, fields),
    '85.10': (channel) => this.#select(channel),
  };

  #select(channel: number): void {
    const { handshake } = this.#broker.options;
    this.#socket.cork();
    this.#send(channel, 85, 11, []);
    if (handshake === 'close-at-select' && this.#broker.sessions[0] === this) {
      this.closeChannel(channel, 541, 'INTERNAL');
    }
    this.#socket.uncork();
  }

  #open(): void {
    this.#socket.cork();
    this.#send(0, 10, 41, [['shortText', '']]);
    if (this.#broker.options.handshake === 'close-at-open') this.closeConnection(320, 'CONNECTION_FORCED');
    this.#socket.uncork();
    this.#broker.sessions.push(this);
    this.#broker.notify();
  }

  #declare(channel: number, fields: FieldReader): void {
    fields.short();
    const queue = fields.shortText();
    const passive = (fields.octet() & 1) === 1;
    if (passive && !this.#broker.queues.has(queue)) {
      return this.closeChannel(channel, 404, `NOT_FOUND - no queue '${queue}' in vhost '/'`);
    }
    this.#broker.queues.add(queue);
    this.#send(channel, 50, 11, [['shortText', queue], ['long', 0], ['long', 0]]);
  }

  #publish(channel: number, fields: FieldReader): void {
    fields.short();
    const exchange = fields.shortText();
    const routingKey = fields.shortText();
    const mandatory = (fields.octet() & 1) === 1;
    this.#partial.set(channel, { exchange, routingKey, mandatory, pieces: [], header: undefined, missing: 0 });
  }

  #header(channel: number, payload: Buffer): void {
    const partial = this.#partial.get(channel);
    if (partial === undefined) return;
    partial.header = payload;
    partial.missing = Number(payload.readBigUInt64BE(4));
    if (partial.missing === 0) this.#complete(channel, partial);
  }

  #body(channel: number, payload: Buffer): void {
    const partial = this.#partial.get(channel);
    if (partial === undefined) return;
    partial.pieces.push(payload);
    partial.missing -= payload.length;
    if (partial.missing === 0) this.#complete(channel, partial);
  }

  #complete(channel: number, { exchange, routingKey, mandatory, pieces, header }: PartialPublish): void {
    const tag = (this.#tags.get(channel) ?? 0) + 1;
    this.#tags.set(channel, tag);
    this.#partial.delete(channel);
    if (header === undefined) return;
    const messageId = readMessageId(header);
    const body = Buffer.concat(pieces);
    const publish = { session: this, channel, tag, exchange, routingKey, mandatory, messageId, header, body };
    this.#broker.publishes.push(publish);
    if (this.#broker.options.onPublish === undefined) this.ack(publish);
    else this.#broker.options.onPublish(publish);
    this.#broker.notify();
  }
}
