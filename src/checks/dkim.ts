// The DKIM check (RFC 6376): reads the message once, verifies its signatures, and notes what DMARC and ARC need of it.

import { Readable } from 'node:stream';
import type { ARCData, DKIMResult } from 'mailauth';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import type { DkimCheck, DkimResult } from './check.ts';
import type { Lookups } from './lookups.ts';
import { readInTurns, toAuthorsHeader, toVerifiableHeader, UnverifiableError } from './verifiable.ts';

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
  readonly arc: ARCData | undefined | 'unverifiable';
}

/** How many questions a message's signatures and its ARC chain may lead to. */
export const KEY_BUDGET = 30;

// Nothing an element quotes is of use beyond this length, and the sender chooses it.
const MAX_TEXT = 255;
// RFC 6008 section 4: eight characters and more tell signatures apart.
const SIGNATURE_TEXT = 8;
// RFC 8601 section 2.7.1: signatures that could not be processed.
const UNPROCESSED: DkimCheck = { dkim: 'neutral' };

/** Verifies all signatures. Throws UnverifiableError when not even the authors can be read. */
export async function verifySignatures(content: SignedContent, lookups: Lookups): Promise<Signatures> {
  try {
    const { header, isReduced } = toVerifiableHeader(content.header);
    const signatures = await verifyContent([header, ...content.body], lookups);
    const isUnsigned = signatures.checks.every(({ dkim }) => dkim === 'none');
    return isReduced && isUnsigned ? { ...signatures, checks: [UNPROCESSED] } : signatures;
  } catch (error) {
    if (!(error instanceof UnverifiableError)) throw error;
    // Without signatures the message may still be judged by its sender: it must not escape DMARC by being too large.
    const signatures = await verifyContent([toAuthorsHeader(content.header)], lookups);
    return { ...signatures, checks: [UNPROCESSED], arc: 'unverifiable' };
  }
}

async function verifyContent(content: readonly Uint8Array[], lookups: Lookups): Promise<Signatures> {
  const stream = Readable.from(readInTurns(content), { objectMode: false });
  const { results, headerFrom, fromFields, arc } = await dkimVerify(stream, {
    resolver: lookups.resolve,
    strict: true,
  });
  return {
    checks: results.map(toDkimCheck),
    signers: results.flatMap(toSigner),
    from: headerFrom,
    fromFields,
    arc: arc as ARCData | undefined,
  };
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
