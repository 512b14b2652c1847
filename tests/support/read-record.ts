// Reads a published record the way a consumer of the queue does.

import { assertRecord, type PublishedRecord } from './validate-record.ts';

const PREFIX = Buffer.from('"mime":"');
const SHORT_ESCAPES: { readonly [letter: string]: number } = { b: 8, f: 12, n: 10, r: 13, t: 9 };

/** Parses a body that is UTF-8, strictly, and checks it against the schema. */
export function readRecord(body: readonly Uint8Array[]): PublishedRecord {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(body));
  return assertRecord(JSON.parse(text));
}

/** The message's bytes. */
export function decodeMime(record: PublishedRecord): Buffer {
  return Buffer.from(String(record['mime']), record['mime-encoding'] === 'base64' ? 'base64' : 'utf8');
}

/** The message's bytes in a body whose mime is not UTF-8 (smtp-8bit: raw): un-escaped byte by byte, never decoded. */
export function decodeRawMime(body: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(body);
  const inside = bytes.subarray(bytes.lastIndexOf(PREFIX) + PREFIX.length, -2).toString('latin1');
  const plain = inside.replace(/\\(?:u([\da-f]{4})|(.))/g, (_, hex: string | undefined, letter: string) => {
    return String.fromCharCode(hex === undefined ? SHORT_ESCAPES[letter] ?? letter.charCodeAt(0) : parseInt(hex, 16));
  });
  return Buffer.from(plain, 'latin1');
}
