// The DMARC check (RFC 9989): whether the domain of the From field is one for which SPF or DKIM passed.

import { type DMARCOptions } from 'mailauth';
import { evaluateDmarc } from 'mailauth/lib/dmarc/index.js';
import type { DmarcCheck, DmarcResult } from './check.ts';
import type { Signatures } from './dkim.ts';
import type { Lookups } from './lookups.ts';
import type { SpfOutcome } from './spf.ts';

/** How many questions the walks up the domain trees may take: eight each (RFC 9989 section 4.10). */
export const DMARC_BUDGET = 30;

/** Compares the author's domain with what SPF and DKIM found. */
export async function checkDmarc(
  { spf, signatures }: { readonly spf: SpfOutcome | undefined; readonly signatures: Signatures },
  lookups: Lookups,
): Promise<DmarcCheck> {
  const { from, fromFields } = signatures;
  const evaluate = (counted: readonly string[]) =>
    evaluateDmarc(
      {
        headerFrom: [...from],
        fromFields,
        spfDomains: spf !== undefined && counted.includes(spf.check.spf) ? [spf.domain] : [],
        dkimDomains: signatures.signers.filter(({ result }) => counted.includes(result))
          .map(({ domain, underSized }) => ({ domain, underSized })),
        resolver: lookups.resolve,
        strict: true,
      } satisfies DMARCOptions,
    );
  const { response, reason } = await evaluate(['pass']);
  if (response === false) return toDmarcCheck(reason === 'no-author-domain' ? 'none' : 'permerror', from);
  const result = response.status.result as DmarcResult;
  if (result !== 'fail') return toDmarcCheck(result, from);
  // The message would have passed with an answer that nobody gave in time: not known is not failed. One that could not
  // have helped, such as a stranger's signature, changes nothing.
  const { response: best } = await evaluate(['pass', 'temperror']);
  return toDmarcCheck(best !== false && best.status.result === 'fail' ? 'fail' : 'temperror', from);
}

function toDmarcCheck(dmarc: DmarcResult, [author]: readonly string[]): DmarcCheck {
  return author === undefined ? { dmarc } : { dmarc, 'header.from': author.slice(0, MAX_ADDRESS) };
}

// RFC 5321 section 4.5.3.1: 64 octets, an @, and 255; the sender may write more.
const MAX_ADDRESS = 320;
