// The DKIM check (RFC 6376): reads the message once, verifies its signatures, and notes what DMARC and ARC need of it.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { Readable } from 'node:stream';
import type { ARCData, DKIMResult } from 'mailauth';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { headerFields } from '../mail/header-section.ts';
import type { DkimCheck, DkimResult } from './check.ts';
import type { Lookups } from './lookups.ts';

/** The bytes that are published. */
export interface SignedContent {
  /** Header section with its empty line. */
  readonly header: Buffer;
  readonly body: readonly Uint8Array[];
}

/** What one pass over the message found. */
export interface Signatures {
  /** One for each signature, or one that says that there is none. */
  readonly checks: readonly DkimCheck[];
  /** Signatures by their domain; those that are neither do not count for DMARC. */
  readonly signers: readonly {
    readonly domain: string;
    readonly result: 'pass' | 'temperror';
    readonly underSized: number;
  }[];
  /** Addresses of all From fields, and how many such fields there are. */
  readonly from: readonly string[];
  readonly fromFields: number;
  /** The chain, unverified but for its newest message signature. */
  readonly arc: ARCData | undefined;
}

/** How many questions a message's signatures and its ARC chain may lead to. */
export const KEY_BUDGET = 30;

// RFC 6376 section 6.1 lets a verifier limit the number of signatures; each one may cost a hash of the whole body.
const MAX_SIGNATURES = 10;
// Real header sections stay far below; without a limit, one folded field of a megabyte takes minutes to unfold.
const MAX_HEADER_BYTES = 256 * 1024;
const MAX_HEADER_LINES = 4000;
const READ_BYTES = 64 * 1024;
// Nothing an element quotes is of use beyond this length, and the sender chooses it.
const MAX_TEXT = 255;
// RFC 6008 section 4: eight characters and more tell signatures apart.
const SIGNATURE_TEXT = 8;

/** Whether the header section is small enough to be examined. */
export function isVerifiable(header: Buffer): boolean {
  if (header.length > MAX_HEADER_BYTES) return false;
  let lines = 0;
  for (let at = header.indexOf(0x0a); at >= 0; at = header.indexOf(0x0a, at + 1)) lines++;
  return lines <= MAX_HEADER_LINES;
}

/** Verifies all signatures of a message whose header section is verifiable. */
export async function verifySignatures(content: SignedContent, lookups: Lookups): Promise<Signatures> {
  const pieces = [withoutSurplusSignatures(content.header), ...content.body];
  const stream = Readable.from(readInTurns(pieces), { objectMode: false });
  const { results, headerFrom, fromFields, arc } = await dkimVerify(stream, {
    resolver: lookups.resolve,
    strict: true,
  });
  return {
    checks: results.map(toDkimCheck),
    signers: results.flatMap(toSigner),
    from: headerFrom,
    fromFields,
    arc: arc === undefined ? undefined : arc as ARCData,
  };
}

/** Small pieces, and a pause after each: hashing a large body must not keep the other sessions waiting. */
async function* readInTurns(pieces: readonly Uint8Array[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    for (let start = 0; start < piece.length; start += READ_BYTES) {
      yield Buffer.from(piece.buffer, piece.byteOffset + start, Math.min(READ_BYTES, piece.length - start));
      await nextTurn();
    }
  }
}

/** Keeps the topmost signatures, which the last hosts added. */
function withoutSurplusSignatures(header: Buffer): Buffer {
  const surplus = [...headerFields(header)].filter(({ name }) => name === 'dkim-signature').slice(MAX_SIGNATURES);
  if (surplus.length === 0) return header;
  const kept: Buffer[] = [];
  let position = 0;
  for (const { start, end } of surplus) {
    kept.push(header.subarray(position, start));
    position = end;
  }
  return Buffer.concat([...kept, header.subarray(position)]);
}

function toDkimCheck({ status, signingDomain, selector, signature }: DKIMResult): DkimCheck {
  const dkim = status.result as DkimResult;
  if (signingDomain === undefined) return { dkim };
  const identity: unknown = status.header?.['i'];
  return {
    dkim,
    domain: signingDomain.slice(0, MAX_TEXT),
    selector: (selector ?? '').slice(0, MAX_TEXT),
    'header.i': (typeof identity === 'string' ? identity : `@${signingDomain}`).slice(0, MAX_TEXT),
    'header.b': (signature ?? '').replace(/\s/g, '').slice(0, SIGNATURE_TEXT),
  };
}

function toSigner({ status, signingDomain }: DKIMResult): Signatures['signers'] {
  const { result } = status;
  if (signingDomain === undefined || (result !== 'pass' && result !== 'temperror')) return [];
  return [{ domain: signingDomain, result, underSized: status.underSized ?? 0 }];
}
