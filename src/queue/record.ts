// The published contract: how a message becomes the JSON body of one record per recipient, encoded once per message.

import { isUtf8 } from 'node:buffer';
import { createHash, hash } from 'node:crypto';
import type { ContentFacts, EncodedRecord } from './outlet.ts';

/** smtp-8bit: how content that is not UTF-8 goes into JSON. */
export type EightBitPolicy = 'base64' | 'raw';

/** A JSON value. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | {
  readonly [name: string]: JsonValue;
};
/** Properties of a record by name. */
export type JsonObject = { readonly [name: string]: JsonValue | undefined };

/** The content as a JSON string in pieces, with what describes it. */
export interface EncodedMime extends ContentFacts {
  /** The inside of the JSON string, without its quotes. */
  readonly pieces: readonly Buffer[];
  /** `base64` when the bytes are not UTF-8 and the policy says so. */
  readonly encoding: 'base64' | undefined;
}

/** The part of the body that all records of a message share. */
export interface SharedBody {
  readonly pieces: readonly Buffer[];
  readonly size: number;
  readonly content: ContentFacts;
}

/** What differs between the records of one message. */
export interface RecordAddress {
  readonly id: string;
  readonly recipient: string;
  readonly queue: string;
  readonly priority: number | undefined;
  /** Unix time in seconds. */
  readonly timestamp: number;
  /** Further properties of this record alone. */
  readonly properties: JsonObject;
}

const NOTHING = Buffer.alloc(0);
// Where small content is joined: memory of its own for each message would keep the collector busy.
const JOINED = Buffer.allocUnsafeSlow(1 << 16);
const END_OF_BODY = Buffer.from('"}');
// A string ends at 512 MB and escaping may grow bytes sixfold, so strings are made of slices: of no more than a read of a
// socket brings, since strings of more than 128 KiB cost twice as much a byte. Three divides the length, so that base64
// needs padding after the last one only.
const SLICE_BYTES = 3 * 22_528;

/**
 * Encodes the content; the decoded `mime` of the record gives back exactly these bytes. Each piece is taken out of the
 * list once it is encoded: content and encoding need not fit into memory side by side.
 */
export function encodeMime(content: Uint8Array[], policy: EightBitPolicy): EncodedMime {
  const size = content.reduce((sum, { length }) => sum + length, 0);
  if (size <= JOINED.length) return encodeJoined(join(content, size), policy);
  const digest = createHash('sha256');
  for (const chunk of content) digest.update(chunk);
  const sha256 = digest.digest('hex');
  if (policy === 'base64' && !isUtf8Content(content)) {
    return { pieces: Array.from(toBlocks(content, size), toBase64), encoding: 'base64', size, sha256 };
  }
  return { pieces: Array.from(toSlices(content), escapeBytes), encoding: undefined, size, sha256 };
}

/** Small content in one piece: every call of the engine's has a price of its own, and a piece more doubles it. */
function encodeJoined(content: Buffer, policy: EightBitPolicy): EncodedMime {
  const sha256 = hash('sha256', content);
  const { length: size } = content;
  if (policy === 'base64' && !isUtf8(content)) {
    return { pieces: [toBase64(content)], encoding: 'base64', size, sha256 };
  }
  return { pieces: [escapeBytes(content)], encoding: undefined, size, sha256 };
}

/** Takes the content; what is returned is good until the next call. */
function join(content: Uint8Array[], size: number): Buffer {
  let at = 0;
  for (const piece of content.splice(0)) {
    JOINED.set(piece, at);
    at += piece.length;
  }
  return JOINED.subarray(0, size);
}

/** A character may straddle pieces, which are never joined for that. */
function isUtf8Content(content: readonly Uint8Array[]): boolean {
  let open: Uint8Array = NOTHING; // the start of a character that the piece before broke off
  for (const piece of content) {
    let start = 0;
    if (open.length > 0) {
      const length = toCharacterLength(open[0]!);
      start = Math.min(length - open.length, piece.length);
      open = Buffer.concat([open, piece.subarray(0, start)]);
      if (open.length < length) continue;
      if (!isUtf8(open)) return false;
    }
    const end = findBrokenCharacter(piece, start);
    if (!isUtf8(piece.subarray(start, end))) return false;
    open = piece.subarray(end);
  }
  return open.length === 0;
}

/** Offset of a character at the end that goes on in the next piece; the length of the piece where there is none. */
function findBrokenCharacter(piece: Uint8Array, start: number): number {
  for (let at = piece.length - 1; at >= Math.max(start, piece.length - 3); at--) {
    const byte = piece[at]!;
    if (byte < 0x80) break;
    if (byte >= 0xc0) return toCharacterLength(byte) > piece.length - at ? at : piece.length;
  }
  return piece.length;
}

/** By its first byte (RFC 3629 section 3); what can be no first byte is judged where it stands. */
function toCharacterLength(byte: number): number {
  return byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
}

/** Cuts long pieces. */
function* toSlices(content: Uint8Array[]): Generator<Buffer> {
  for (const [index, { buffer, byteOffset, length }] of content.entries()) {
    content[index] = NOTHING;
    for (let start = 0; start < length; start += SLICE_BYTES) {
      yield Buffer.from(buffer, byteOffset + start, Math.min(SLICE_BYTES, length - start));
    }
  }
}

/** Joins pieces to slices of full length, and a last one. */
function* toBlocks(content: Uint8Array[], size: number): Generator<Buffer> {
  let left = size;
  let block = Buffer.allocUnsafe(Math.min(SLICE_BYTES, left));
  let filled = 0;
  for (const slice of toSlices(content)) {
    for (let start = 0; start < slice.length;) {
      const copied = slice.copy(block, filled, start);
      start += copied;
      filled += copied;
      left -= copied;
      if (filled < block.length) continue;
      yield block;
      block = Buffer.allocUnsafe(Math.min(SLICE_BYTES, left));
      filled = 0;
    }
  }
}

function toBase64(slice: Buffer): Buffer {
  return Buffer.from(slice.toString('base64'), 'latin1');
}

/**
 * Escapes bytes for a JSON string. JSON escapes only characters below U+0080, which are single bytes in UTF-8, so the
 * bytes can pass as latin1 characters: nothing is decoded, and any byte above 0x7F comes out as it went in.
 */
function escapeBytes(slice: Buffer): Buffer {
  return Buffer.from(JSON.stringify(slice.toString('latin1')).slice(1, -1), 'latin1');
}

/** Builds the shared rest of the body: `properties`, then size, sha256 and mime, and the closing brace. */
export function encodeSharedBody(properties: JsonObject, mime: EncodedMime): SharedBody {
  const described = {
    ...properties,
    size: mime.size,
    sha256: mime.sha256,
    'mime-encoding': mime.encoding,
  };
  const head = Buffer.from(`${JSON.stringify(described).slice(1, -1)},"mime":"`);
  const pieces = [head, ...mime.pieces, END_OF_BODY];
  const { size, sha256 } = mime;
  return { pieces, size: pieces.reduce((sum, piece) => sum + piece.length, 0), content: { size, sha256 } };
}

/** Completes one recipient's record. */
export function encodeRecord(address: RecordAddress, shared: SharedBody): EncodedRecord {
  const { id, recipient, queue, priority, timestamp, properties } = address;
  const own = JSON.stringify({ 'message-id': id, recipient, ...properties });
  const head = Buffer.from(`${own.slice(0, -1)},`);
  return {
    id,
    recipient,
    queue,
    priority,
    timestamp,
    body: [head, ...shared.pieces],
    size: head.length + shared.size,
    content: shared.content,
  };
}
