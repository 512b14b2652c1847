// What of a message is given to the verifier of signatures: bounds on what a sender can make it cost.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type HeaderField, headerFields } from '../mail/header-section.ts';

/** A header section within bounds. */
export interface VerifiableHeader {
  readonly header: Buffer;
  /** Whether signatures were left out. */
  readonly isReduced: boolean;
}

/** The message has a line that no mail has; unfolding or canonicalising it would take time out of proportion. */
export class UnverifiableError extends Error {}

// Real header sections stay far below. Without a limit, one folded field of a megabyte takes minutes to unfold.
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_HEADER_LINES = 4000;
const MAX_AUTHORS_BYTES = 64 * 1024;
// RFC 6376 section 6.1 lets a verifier limit the number of signatures; each one may cost a hash of the whole body.
const MAX_SIGNATURES = 10;
// Most of it is the list of signed fields, and each of them is searched for in the whole header section.
const MAX_SIGNATURE_BYTES = 8 * 1024;
const SIGNATURES: ReadonlySet<string> = new Set(['dkim-signature', 'arc-message-signature']);
// RFC 5322 section 2.1.1 allows 998; what is not mail but passes as it may have some more.
const MAX_LINE_BYTES = 1024 * 1024;
const READ_BYTES = 256 * 1024;
const LF = 0x0a;

/** The header section without surplus signatures, topmost kept: the last hosts added them. Throws UnverifiableError. */
export function toVerifiableHeader(header: Buffer): VerifiableHeader {
  if (header.length > MAX_HEADER_BYTES || hasManyLines(header)) throw new UnverifiableError('The header is too large');
  const fields = [...headerFields(header)];
  if (sizeOf(fields.filter(isAuthor)) > MAX_AUTHORS_BYTES) throw new UnverifiableError('There are too many authors');
  let signatures = 0;
  const kept = fields.filter(({ name, start, end }) => {
    if (!SIGNATURES.has(name)) return true;
    if (name === 'dkim-signature') signatures++;
    return signatures <= MAX_SIGNATURES && end - start <= MAX_SIGNATURE_BYTES;
  });
  if (kept.length === fields.length) return { header, isReduced: false };
  return { header: join(header, kept), isReduced: true };
}

/** The From fields alone, for a message whose signatures cannot be verified. Throws UnverifiableError. */
export function toAuthorsHeader(header: Buffer): Buffer {
  const authors = [...headerFields(header)].filter(isAuthor);
  const lines = join(header, authors);
  if (lines.length > MAX_AUTHORS_BYTES || hasManyLines(lines)) {
    throw new UnverifiableError('There are too many authors');
  }
  return lines;
}

function isAuthor({ name }: HeaderField): boolean {
  return name === 'from';
}

function sizeOf(fields: readonly HeaderField[]): number {
  return fields.reduce((sum, { start, end }) => sum + end - start, 0);
}

function hasManyLines(header: Buffer): boolean {
  let lines = 0;
  for (let at = header.indexOf(LF); at >= 0; at = header.indexOf(LF, at + 1)) lines++;
  return lines > MAX_HEADER_LINES;
}

function join(header: Buffer, fields: readonly HeaderField[]): Buffer {
  return Buffer.concat([...fields.map(({ start, end }) => header.subarray(start, end)), Buffer.from('\r\n')]);
}

/**
 * Yields the content in pieces with a pause after each: hashing a large body must not keep the other sessions waiting.
 * Throws UnverifiableError at a line that is too long.
 */
export async function* readInTurns(content: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  let lineBytes = 0;
  for (const piece of content) {
    for (let start = 0; start < piece.length; start += READ_BYTES) {
      const chunk = Buffer.from(piece.buffer, piece.byteOffset + start, Math.min(READ_BYTES, piece.length - start));
      const lineEnd = chunk.indexOf(LF);
      if (lineBytes + (lineEnd < 0 ? chunk.length : lineEnd) > MAX_LINE_BYTES) {
        throw new UnverifiableError('A line is too long');
      }
      lineBytes = lineEnd < 0 ? lineBytes + chunk.length : chunk.length - chunk.lastIndexOf(LF) - 1;
      yield chunk;
      await nextTurn();
    }
  }
}
