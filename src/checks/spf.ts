// The SPF check (RFC 7208): whether the sender's domain lets this client send its mail.

import { spf } from 'mailauth/lib/spf/index.js';
import type { SpfCheck, SpfResult } from './check.ts';
import type { Lookups } from './lookups.ts';

/** Who hands in the message. */
export interface SmtpClient {
  /** Empty for the null sender. */
  readonly mailFrom: string;
  /** The argument of HELO or EHLO. */
  readonly helo: string;
  readonly remoteIp: string;
}

/** The element, and the domain it is about, for DMARC. */
export interface SpfOutcome {
  readonly check: SpfCheck;
  readonly domain: string;
}

/**
 * Most questions that RFC 7208 section 4.6.4 allows: ten terms of ten addresses each, and the record itself; the
 * evaluation ends as a permerror before that.
 */
export const SPF_BUDGET = 111;

// RFC 7208 section 4.6.4: at least this long.
const MAX_ELAPSED_MS = 20_000;

/** Evaluates the policy of the sender, or, for the null sender, of the client's own name. */
export async function checkSpf(
  { mailFrom, helo, remoteIp }: SmtpClient,
  { lookups, mta }: { readonly lookups: Lookups; readonly mta: string },
): Promise<SpfOutcome> {
  const { status, domain } = await spf({
    ip: remoteIp,
    helo,
    sender: mailFrom,
    mta,
    resolver: lookups.resolve,
    strict: true,
    maxElapsedTime: MAX_ELAPSED_MS,
  });
  return { check: toSpfCheck(status.result as SpfResult, { mailFrom, helo }), domain };
}

/** The element for a result. */
export function toSpfCheck(spf: SpfResult, { mailFrom, helo }: Pick<SmtpClient, 'mailFrom' | 'helo'>): SpfCheck {
  return mailFrom === '' ? { spf, 'smtp.helo': helo } : { spf, 'smtp.mailfrom': mailFrom };
}
