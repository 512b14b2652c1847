// The Authentication-Results step: which recipients' copies carry the results of the checks, and how their header begins.

import { toAuthenticationResults, withoutForgedResults } from '../checks/authentication-results.ts';
import type { Recipient } from '../mail/envelope.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { isLocal } from './route.ts';

/** Whether this recipient's copy carries the results (smtp-auth-results). */
export function wantsResults(
  recipient: Recipient,
  { checks, settings }: { readonly checks: Draft['checks']; readonly settings: PipelineSettings },
): boolean {
  const { resultsFor = [] } = settings;
  if (checks === undefined || resultsFor.length === 0) return false;
  return resultsFor.length === 2 || resultsFor.includes(isLocal(recipient, settings) ? 'local' : 'nonlocal');
}

/** The header section with our field on top and without those that others wrote in our name. */
export function withResults(
  { header, checks = [], submission: { hostname } }: Draft,
  { ownNames = [] }: PipelineSettings,
): Buffer {
  const field = Buffer.from(toAuthenticationResults(checks, hostname));
  return Buffer.concat([field, withoutForgedResults(header, [hostname, ...ownNames])]);
}
