// One hash over several values, such that no two different lists of values are hashed from the same bytes.

import { createHash } from 'node:crypto';

/** One value; text counts as its UTF-8 bytes, pieces as what they are together. */
export type TuplePart = string | Uint8Array | readonly Uint8Array[];

/** SHA-256 over every part with its length in bytes (64 bits, big-endian) in front; the same on every machine. */
export function digestTuple(parts: readonly TuplePart[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    const pieces = typeof part === 'string' ? [Buffer.from(part)] : part instanceof Uint8Array ? [part] : part;
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(pieces.reduce((sum, piece) => sum + piece.length, 0)));
    hash.update(length);
    for (const piece of pieces) hash.update(piece);
  }
  return hash.digest();
}
