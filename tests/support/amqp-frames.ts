// AMQP 0-9-1 frames as a broker needs them: takes a byte stream apart and puts methods together.

import { Buffer } from 'node:buffer';

/** Frame types (AMQP 0-9-1, section 4.2.3). */
export const FRAME = { method: 1, header: 2, body: 3, heartbeat: 8 } as const;

const FRAME_END = 0xce;
const PROTOCOL_HEADER_LENGTH = 8;

/** One frame. */
export interface Frame {
  readonly type: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** Puts one frame together. */
export function encodeFrame(type: number, channel: number, { payload }: { readonly payload: Uint8Array }): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(channel, 1);
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, payload, Buffer.from([FRAME_END])]);
}

/** Collects bytes and gives out whole frames; the protocol header in front of them is skipped. */
export class FrameReader {
  #rest = Buffer.alloc(0);
  #greeted = false;

  /** True once the client has sent its protocol header. */
  get greeted(): boolean {
    return this.#greeted;
  }

  *read(chunk: Uint8Array): Generator<Frame> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    if (!this.#greeted) {
      if (this.#rest.length < PROTOCOL_HEADER_LENGTH) return;
      this.#rest = this.#rest.subarray(PROTOCOL_HEADER_LENGTH);
      this.#greeted = true;
    }
    while (this.#rest.length >= 8) {
      const length = this.#rest.readUInt32BE(3);
      if (this.#rest.length < length + 8) return;
      if (this.#rest[length + 7] !== FRAME_END) throw new Error('A frame does not end where it says');
      const frame = {
        type: this.#rest.readUInt8(0),
        channel: this.#rest.readUInt16BE(1),
        payload: this.#rest.subarray(7, 7 + length),
      };
      this.#rest = this.#rest.subarray(length + 8);
      yield frame;
    }
  }
}

/** Reads the fields of a method or of a content header, one after the other. */
export class FieldReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  octet(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  short(): number {
    this.#at += 2;
    return this.#bytes.readUInt16BE(this.#at - 2);
  }

  long(): number {
    this.#at += 4;
    return this.#bytes.readUInt32BE(this.#at - 4);
  }

  longlong(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigUInt64BE(this.#at - 8));
  }

  shortText(): string {
    return this.#text(this.octet());
  }

  longText(): string {
    return this.#text(this.long());
  }

  #text(length: number): string {
    this.#at += length;
    return this.#bytes.toString('utf8', this.#at - length, this.#at);
  }
}

/** A field of a method: its type and its value. */
export type Field =
  | readonly ['octet' | 'short' | 'long' | 'longlong', number]
  | readonly ['shortText' | 'longText', string];

/** The payload of a method frame: class, method, fields. */
export function encodeMethod(
  classId: number,
  methodId: number,
  { fields }: { readonly fields: readonly Field[] },
): Buffer {
  return Buffer.concat([encodeField(['short', classId]), encodeField(['short', methodId]), ...fields.map(encodeField)]);
}

function encodeField([type, value]: Field): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([encodeField([type === 'shortText' ? 'octet' : 'long', text.length]), text]);
  }
  const bytes = Buffer.alloc({ octet: 1, short: 2, long: 4, longlong: 8, shortText: 0, longText: 0 }[type]);
  if (type === 'longlong') bytes.writeBigUInt64BE(BigInt(value));
  else bytes.writeUIntBE(value, 0, bytes.length);
  return bytes;
}

/** The message-id of a content header; empty when it has none. */
export function readMessageId(header: Buffer): string {
  const fields = new FieldReader(header);
  fields.short();
  fields.short();
  fields.longlong();
  const flags = fields.short();
  const skip = (flag: number, read: () => unknown) => (flags & flag) !== 0 && read();
  skip(0x8000, () => fields.shortText()); // content-type
  skip(0x4000, () => fields.shortText()); // content-encoding
  skip(0x2000, () => fields.longText()); // headers
  skip(0x1000, () => fields.octet()); // delivery-mode
  skip(0x0800, () => fields.octet()); // priority
  skip(0x0400, () => fields.shortText()); // correlation-id
  skip(0x0200, () => fields.shortText()); // reply-to
  skip(0x0100, () => fields.shortText()); // expiration
  return (flags & 0x0080) === 0 ? '' : fields.shortText();
}
