// What random mail is made of: single bytes, pieces of header sections, and mails of the pipeline's cases, spoilt.

import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '../support/random.ts';

/** Pieces to draw from. */
export type Tokens = readonly [Uint8Array, ...Uint8Array[]];

/** Tokens of latin1 text, so that any byte can be written. */
export function toTokens(texts: readonly string[]): Tokens {
  const [first = '', ...others] = texts;
  return [Buffer.from(first, 'latin1'), ...others.map((text) => Buffer.from(text, 'latin1'))];
}

/** Each byte alone. */
export const ANY_BYTE = toTokens(Array.from({ length: 256 }, (_, byte) => String.fromCharCode(byte)));

/** What a header section is made of. */
export const HEADER_PARTS = toTokens([
  ...['\r\n', '\r', '\n', '\r\n\r\n', ':', ' ', '\t', 'A', 'Received: x\r\n', '\0', '"', '\\', '\xe9', '\xc3\xa9'],
  ...['\xe2\x80\xa8', '\xef\xbb\xbf', 'x-mq-', 'X-MQ-Tag: a\r\n', 'x-mq-ip: 192.0.2.1,\r\n', '\r\n x', ';', ','],
]);

const CASES = join(import.meta.dirname, '..', 'pipeline', 'cases');
const SEEDS = globSync('*/message.eml', { cwd: CASES }).sort().map((path) => readFileSync(join(CASES, path)));

/** A mail as it may stand before the scan: random bytes, random pieces, or a mail of the cases with damage. */
export function drawContent(random: Random): Buffer {
  const draws = [
    () => random.bytes(ANY_BYTE, 200),
    () => random.bytes(HEADER_PARTS, random.pick([10, 200, 2000])),
    () => spoilt(random, random.pick([Buffer.alloc(0), ...SEEDS])),
  ] as const;
  return random.pick(draws)();
}

/** The bytes with some pieces gone, doubled, moved or replaced. */
function spoilt(random: Random, bytes: Buffer): Buffer {
  let pieces = random.cut(bytes);
  for (let damage = random.below(4); damage > 0; damage--) {
    const at = random.below(pieces.length + 1);
    const piece = random.pick([
      [],
      [random.bytes(HEADER_PARTS, 5)],
      pieces.slice(at, at + 1),
      pieces.slice(0, random.below(4)),
    ]);
    pieces = [...pieces.slice(0, at), ...piece, ...pieces.slice(at + random.below(2))];
  }
  return Buffer.concat(pieces);
}
