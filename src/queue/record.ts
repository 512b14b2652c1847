// The published contract: how a message becomes the JSON body of one record per recipient, encoded once per message.

import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
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

const END_OF_BODY = Buffer.from('"}');
// A string ends at 512 MB and escaping may grow bytes sixfold, so strings are made of slices; three divides the length,
// so that base64 needs padding after the last one only.
const SLICE_BYTES = 3 << 18;

/** Encodes the content; the decoded `mime` of the record gives back exactly these bytes. */
export function encodeMime(content: readonly Uint8Array[], policy: EightBitPolicy): EncodedMime {
  const hash = createHash('sha256');
  let size = 0;
  for (const chunk of content) {
    hash.update(chunk);
    size += chunk.length;
  }
  const sha256 = hash.digest('hex');
  if (policy === 'base64' && !isUtf8Content(content)) {
    return { pieces: toSlices(join(content)).map(toBase64), encoding: 'base64', size, sha256 };
  }
  return { pieces: content.flatMap(toSlices).map(escapeBytes), encoding: undefined, size, sha256 };
}

/** A character may straddle chunks, so anything beyond ASCII is judged as a whole. */
function isUtf8Content(content: readonly Uint8Array[]): boolean {
  return content.every((chunk) => isAscii(chunk)) || isUtf8(join(content));
}

function join(content: readonly Uint8Array[]): Uint8Array {
  const [first] = content;
  return first !== undefined && content.length === 1 ? first : Buffer.concat(content);
}

function toSlices(bytes: Uint8Array): Buffer[] {
  const slices: Buffer[] = [];
  for (let start = 0; start < bytes.length; start += SLICE_BYTES) {
    const length = Math.min(SLICE_BYTES, bytes.length - start);
    slices.push(Buffer.from(bytes.buffer, bytes.byteOffset + start, length));
  }
  return slices;
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
