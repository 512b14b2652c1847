// The tokens of http-tokens: which names they stand for, found without a hint of how close a wrong one came.

import { createHash, timingSafeEqual } from 'node:crypto';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';

/** The tokens of one file. */
export interface TokenList {
  readonly size: number;
  /** The name of the token; undefined for a token that is not in the list. */
  nameOf(token: string): string | undefined;
}

interface Entry {
  readonly name: string;
  readonly digest: Buffer;
}

const LINE = /^([^\s:#][^:\x00-\x1f\x7f]{0,99}):([0-9A-Fa-f]{64})$/;

/** Reads lines `name:sha256-hex-of-token`; empty lines and those that begin with # say nothing. No line is quoted. */
export function parseTokenList(text: string): Parsed<TokenList> {
  const entries: Entry[] = [];
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const [, name, digest] = LINE.exec(line) ?? [];
    if (name === undefined || digest === undefined) {
      return problem(`line ${index + 1}: is not NAME:HASH with the SHA-256 of the token in 64 hexadecimal digits`);
    }
    entries.push({ name, digest: Buffer.from(digest, 'hex') });
  }
  return parsed({ size: entries.length, nameOf: (token) => findName(entries, token) });
}

/** Looks at every entry, found or not, so that the time it takes says nothing. */
function findName(entries: readonly Entry[], token: string): string | undefined {
  const digest = createHash('sha256').update(token).digest();
  let found: string | undefined;
  for (const entry of entries) {
    if (timingSafeEqual(entry.digest, digest)) found = entry.name;
  }
  return found;
}
