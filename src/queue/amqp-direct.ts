// Publishes on amqplib's connection without amqplib's copies: frames go to the socket in their pieces, one write a turn.

import { Socket } from 'node:net';
import type { ChannelModel } from 'amqplib';
import { readLean } from '../net/lean-reads.ts';
import { type PublishFields, toPublishFrames } from './amqp-frames.ts';

/** A body in pieces. */
export interface PieceBody {
  readonly body: readonly Uint8Array[];
  readonly size: number;
}

/** The parts of amqplib's connection that its types do not show. */
interface Internals {
  /** The socket. amqplib writes whole frames to it, so that frames from here may stand between them. */
  readonly stream: Stream;
  /** Bytes of a frame, as negotiated. */
  readonly frameMax: number;
  /** What stands for each channel; another thing, or null, once the channel is closed. */
  readonly channels: readonly unknown[];
  /** Otherwise a heartbeat is due. */
  sentSinceLastCheck: boolean;
  /** The last step of a publish, with the content as `publish` was given it; replaced when the connection closes. */
  sendMessage(...publish: PublishArguments): boolean;
}

interface Stream {
  readonly writableLength: number;
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): boolean;
  once(event: 'drain', listener: () => void): unknown;
}

type PublishArguments = [
  channel: number,
  method: unknown,
  fields: PublishFields,
  propertyClass: unknown,
  properties: unknown,
  content: unknown,
];

/** Frames of one channel that find the socket full. */
interface Backlog {
  readonly channel: number;
  readonly state: unknown;
  readonly frames: readonly (readonly Uint8Array[])[];
}

// What the socket is given ahead of the broker's reading: TLS makes two copies of it.
const MAX_AHEAD_BYTES = 1 << 20;

/**
 * From now on `publish` on this connection's channels also takes what `toContent` makes; a channel is to be used with
 * one kind of content only. amqplib copies a body twice and passes it through two streams, which costs more than all
 * else a small record needs. Throws an Error when amqplib is built in another way than expected: its version is pinned,
 * and a test opens a connection with it.
 */
export function publishDirectly({ connection }: Pick<ChannelModel, 'connection'>): void {
  if (!hasInternals(connection)) throw new Error('Cannot publish: amqplib is not built as version 2.3.1 is');
  if (connection.stream instanceof Socket) readLean(connection.stream);
  const writer = new FrameWriter(connection);
  const sendMessage = connection.sendMessage;
  connection.sendMessage = (...publish) => {
    const [channel, , fields, , , content] = publish;
    if (!isPieceBody(content)) return sendMessage.apply(connection, publish);
    const { body, size } = content;
    // Whole, before the first byte is written: a publish that throws has sent nothing.
    const frames = toPublishFrames(fields, { body, size, channel, frameMax: connection.frameMax });
    writer.write(channel, frames);
    return true;
  };
}

/** A body in the form in which `publish` takes it: amqplib hands its content through unseen. */
export function toContent(body: PieceBody): Buffer {
  return body as unknown as Buffer;
}

/** Gives frames to the socket, as many as it may hold; the others wait, in their order. */
class FrameWriter {
  readonly #connection: Internals;
  readonly #backlog: Backlog[] = [];
  #written = 0; // frames of the first in the backlog
  #isCorked = false;

  constructor(connection: Internals) {
    this.#connection = connection;
  }

  write(channel: number, frames: Backlog['frames']): void {
    const state = this.#connection.channels[channel];
    if (this.#backlog.push({ channel, state, frames }) === 1) this.#advance();
  }

  #advance(): void {
    const { stream } = this.#connection;
    for (let first = this.#backlog[0]; first !== undefined; first = this.#backlog[0]) {
      if (!this.#writeFrames(first)) return void stream.once('drain', () => this.#advance());
      this.#backlog.shift();
      this.#written = 0;
    }
  }

  /** Returns false when the socket is full. */
  #writeFrames({ channel, state, frames }: Backlog): boolean {
    const { stream, channels } = this.#connection;
    for (; this.#written < frames.length; this.#written++) {
      // RabbitMQ discards the rest on a channel that it closes, until amqplib's answer; behind that it would be a fault.
      if (channels[channel] !== state) return true;
      // It holds more than its mark then, so it tells when it is empty.
      if (stream.writableLength >= MAX_AHEAD_BYTES) return false;
      this.#cork();
      for (const piece of frames[this.#written]!) stream.write(piece);
      this.#connection.sentSinceLastCheck = true;
    }
    return true;
  }

  /** What several sessions publish in one turn leaves in one write. */
  #cork(): void {
    if (this.#isCorked) return;
    const { stream } = this.#connection;
    this.#isCorked = true;
    stream.cork();
    setImmediate(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }
}

function hasInternals(connection: object): connection is Internals {
  const { stream, frameMax, channels, sentSinceLastCheck, sendMessage }: Partial<Internals> = connection;
  return typeof stream?.cork === 'function' && typeof stream.uncork === 'function' &&
    typeof stream.write === 'function' && typeof stream.writableLength === 'number' &&
    typeof frameMax === 'number' && frameMax > 0 && Array.isArray(channels) &&
    typeof sentSinceLastCheck === 'boolean' && typeof sendMessage === 'function';
}

function isPieceBody(content: unknown): content is PieceBody {
  return typeof content === 'object' && content !== null && 'body' in content && Array.isArray(content.body);
}
