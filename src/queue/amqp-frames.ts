// A record as the AMQP frames of one basic.publish, its body in the pieces it was encoded in; pure.

/** What amqplib knows of a publish when it is about to encode it, as far as records have it. */
export interface PublishFields {
  readonly exchange: string;
  readonly routingKey: string;
  readonly mandatory: boolean;
  readonly contentType?: string | undefined;
  readonly contentEncoding?: string | undefined;
  readonly deliveryMode?: number | undefined;
  readonly priority?: number | undefined;
  readonly messageId?: string | undefined;
  /** Unix time in seconds. */
  readonly timestamp?: number | undefined;
  readonly appId?: string | undefined;
}

/** Where the frames go. */
export interface FrameTarget {
  readonly channel: number;
  /** Bytes of a frame with its header and its end, as negotiated. */
  readonly frameMax: number;
}

// AMQP 0-9-1 section 4.2.3: type, channel, size; the payload; the end.
const FRAME_HEADER = 7;
const FRAME_OVERHEAD = FRAME_HEADER + 1;
const FRAME_END = 0xce;
const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const BASIC = 60;
const PUBLISH = 40;
const MANDATORY = 1;
// Property flags of the class basic, AMQP 0-9-1 sections 1.8.2 and 4.2.6.1.
const CONTENT_TYPE = 1 << 15;
const CONTENT_ENCODING = 1 << 14;
const DELIVERY_MODE = 1 << 12;
const PRIORITY = 1 << 11;
const MESSAGE_ID = 1 << 7;
const TIMESTAMP = 1 << 6;
const APP_ID = 1 << 3;
// Up to here one copy costs less than one more buffer in the write.
const COPIED_BYTES = 65_536;
// Both frames without their strings, rounded up.
const FIXED_BYTES = 64;
const END = Buffer.of(FRAME_END);

/**
 * Encodes one publish, frame by frame: a small body is copied behind its header, a large one stays in its pieces. Throws
 * a RangeError when the pieces are not of `size` bytes.
 */
export function toPublishFrames(
  fields: PublishFields,
  { body, size, channel, frameMax }: FrameTarget & { readonly body: readonly Uint8Array[]; readonly size: number },
): Uint8Array[][] {
  // Told of another size, the broker would take the next frames for the rest of this body.
  const found = body.reduce((sum, { length }) => sum + length, 0);
  if (found !== size) throw new RangeError(`The body is of ${found} bytes and not of ${size}`);
  const maxPayload = frameMax - FRAME_OVERHEAD;
  const fits = size <= Math.min(maxPayload, COPIED_BYTES);
  const head = Buffer.allocUnsafe(headBound(fields) + (fits ? FRAME_OVERHEAD + size : 0));
  let at = writeMethod(head, { fields, channel });
  at = writeHeader(head, { fields, channel, size, at });
  if (!fits) return [[head.subarray(0, at)], ...toBodyFrames(body, { size, channel, maxPayload })];
  if (size === 0) return [[head.subarray(0, at)]];
  at = writeFrameHeader(head, { type: BODY, channel, length: size, at });
  for (const piece of body) {
    head.set(piece, at);
    at += piece.length;
  }
  head[at++] = FRAME_END;
  return [[head.subarray(0, at)]];
}

/** The body cut at the frames' limit, nothing copied. */
function toBodyFrames(
  body: readonly Uint8Array[],
  { size, channel, maxPayload }: { readonly size: number; readonly channel: number; readonly maxPayload: number },
): Uint8Array[][] {
  const frames: Uint8Array[][] = [];
  let frame: Uint8Array[] = [];
  let missing = 0;
  let left = size;
  for (let piece of body) {
    while (piece.length > 0) {
      if (missing === 0) {
        missing = Math.min(left, maxPayload);
        const header = Buffer.allocUnsafe(FRAME_HEADER);
        writeFrameHeader(header, { type: BODY, channel, length: missing, at: 0 });
        frame = [header];
        frames.push(frame);
      }
      const part = piece.subarray(0, missing);
      piece = piece.subarray(part.length);
      missing -= part.length;
      left -= part.length;
      frame.push(part);
      if (missing === 0) frame.push(END);
    }
  }
  return frames;
}

function headBound(fields: PublishFields): number {
  const { exchange, routingKey, contentType = '', contentEncoding = '', messageId = '', appId = '' } = fields;
  const letters = exchange.length + routingKey.length + contentType.length + contentEncoding.length +
    messageId.length + appId.length;
  // A UTF-16 unit is three bytes of UTF-8 at most.
  return FIXED_BYTES + 3 * letters;
}

function writeMethod(
  buffer: Buffer,
  { fields, channel }: { readonly fields: PublishFields; readonly channel: number },
): number {
  let at = FRAME_HEADER;
  at = buffer.writeUInt16BE(BASIC, at);
  at = buffer.writeUInt16BE(PUBLISH, at);
  at = buffer.writeUInt16BE(0, at); // reserved
  at = writeShortString(buffer, { text: fields.exchange, at });
  at = writeShortString(buffer, { text: fields.routingKey, at });
  buffer[at++] = fields.mandatory ? MANDATORY : 0;
  return endFrame(buffer, { type: METHOD, channel, start: 0, end: at });
}

function writeHeader(
  buffer: Buffer,
  { fields, channel, size, at: start }: {
    readonly fields: PublishFields;
    readonly channel: number;
    readonly size: number;
    readonly at: number;
  },
): number {
  const { contentType, contentEncoding, deliveryMode, priority, messageId, timestamp, appId } = fields;
  let flags = 0;
  const flagsAt = start + FRAME_HEADER + 12;
  buffer.writeUInt16BE(BASIC, start + FRAME_HEADER);
  buffer.writeUInt16BE(0, start + FRAME_HEADER + 2); // weight
  buffer.writeBigUInt64BE(BigInt(size), start + FRAME_HEADER + 4);
  let at = flagsAt + 2;
  const text = (flag: number, value: string | undefined) => {
    if (value === undefined) return;
    flags |= flag;
    at = writeShortString(buffer, { text: value, at });
  };
  const octet = (flag: number, value: number | undefined) => {
    if (value === undefined) return;
    flags |= flag;
    at = buffer.writeUInt8(value, at);
  };
  // In the order of their flags.
  text(CONTENT_TYPE, contentType);
  text(CONTENT_ENCODING, contentEncoding);
  octet(DELIVERY_MODE, deliveryMode);
  octet(PRIORITY, priority);
  text(MESSAGE_ID, messageId);
  if (timestamp !== undefined) {
    flags |= TIMESTAMP;
    at = buffer.writeBigUInt64BE(BigInt(timestamp), at);
  }
  text(APP_ID, appId);
  buffer.writeUInt16BE(flags, flagsAt);
  return endFrame(buffer, { type: HEADER, channel, start, end: at });
}

/** AMQP 0-9-1 section 4.2.5.3: at most 255 bytes. */
function writeShortString(buffer: Buffer, { text, at }: { readonly text: string; readonly at: number }): number {
  const length = buffer.write(text, at + 1);
  buffer.writeUInt8(length, at);
  return at + 1 + length;
}

function endFrame(
  buffer: Buffer,
  { type, channel, start, end }: {
    readonly type: number;
    readonly channel: number;
    readonly start: number;
    readonly end: number;
  },
): number {
  writeFrameHeader(buffer, { type, channel, length: end - start - FRAME_HEADER, at: start });
  buffer[end] = FRAME_END;
  return end + 1;
}

function writeFrameHeader(
  buffer: Buffer,
  { type, channel, length, at }: {
    readonly type: number;
    readonly channel: number;
    readonly length: number;
    readonly at: number;
  },
): number {
  buffer[at] = type;
  buffer.writeUInt16BE(channel, at + 1);
  return buffer.writeUInt32BE(length, at + 3);
}
