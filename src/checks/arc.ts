// The ARC check (RFC 8617): whether the chain of those who passed the message on is whole.

import { arc } from 'mailauth/lib/arc/index.js';
import type { ArcCheck } from './check.ts';
import type { Signatures } from './dkim.ts';
import type { Lookups } from './lookups.ts';

/** Validates the chain that the DKIM check collected. */
export async function checkArc(data: Signatures['arc'], lookups: Lookups): Promise<ArcCheck> {
  if (data === undefined) return { arc: 'none' };
  if (data === 'unverifiable') return { arc: 'permerror' };
  const { status, signature } = await arc(data, { resolver: lookups.resolve, strict: true });
  const result = status.result === 'pass' || status.result === 'none' ? status.result : 'fail';
  if (result !== 'fail') return { arc: result };
  // RFC 8617 knows no temporary result, and mailauth calls a chain broken whose keys could not be looked up. It gives a
  // comment for every other reason to fail.
  const isUnknown = lookups.unknown.size > 0 && status.comment === undefined;
  const isSignatureUnknown = typeof signature === 'object' && signature.status.result === 'temperror';
  return { arc: isUnknown || isSignatureUnknown ? 'temperror' : 'fail' };
}
