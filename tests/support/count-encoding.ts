// Counts what it takes to encode messages: passes of the hash, and bytes that are hashed, escaped or made base64.

import { createHash } from 'node:crypto';
import type { EncodedRecord } from '../../src/queue/outlet.ts';

/** What one piece of work did. */
export interface EncodingCount {
  /** Hashes that were begun and ended. */
  readonly hashes: number;
  readonly hashedBytes: number;
  /** Characters of texts that JSON.stringify was given as such: a slice of the message each. */
  readonly escapedBytes: number;
  /** Bytes of all buffers in the bodies, each buffer once however many records have it. */
  readonly heldBytes: number;
}

/** Runs the work with the platform's own functions watched. */
export function countEncoding(work: () => readonly EncodedRecord[]): EncodingCount {
  const hash = Object.getPrototypeOf(createHash('sha256')) as ReturnType<typeof createHash>;
  const { update, digest } = hash;
  const { stringify } = JSON;
  let [hashes, hashedBytes, escapedBytes] = [0, 0, 0];
  hash.update = function (this: unknown, ...given: unknown[]) {
    hashedBytes += (given[0] as Uint8Array).length;
    return Reflect.apply(update, this, given);
  };
  hash.digest = function (this: unknown, ...given: unknown[]) {
    hashes++;
    return Reflect.apply(digest, this, given);
  };
  JSON.stringify = (...given: unknown[]) => {
    if (typeof given[0] === 'string') escapedBytes += given[0].length;
    return Reflect.apply(stringify, JSON, given);
  };
  try {
    const records = work();
    const held = new Set(records.flatMap(({ body }) => body));
    return { hashes, hashedBytes, escapedBytes, heldBytes: [...held].reduce((sum, { length }) => sum + length, 0) };
  } finally {
    Object.assign(hash, { update, digest });
    JSON.stringify = stringify;
  }
}
