// Who may send to whom: the decisions at MAIL and RCPT that authentication and the list of local addresses make together.

import type { PipelineSettings } from './draft.ts';
import { NO_LOCAL_ADDRESSES } from './local-addresses.ts';
import { isLocal } from './route.ts';

/** What becomes of mail for a recipient; `unauthenticated` is refused at once, `refused` after its content. */
export type Admission = 'accepted' | 'refused' | 'unauthenticated';

/** Who asks. */
export interface Asker {
  /** Authenticated, or inside the range where no authentication is configured. */
  readonly trusted: boolean;
}

/** Whether MAIL can lead to anything; without local addresses and a refused queue it cannot for a stranger. */
export function admitsSender(settings: PipelineSettings, { trusted }: Asker): boolean {
  if (trusted || settings.requiresAuthentication !== true || runsToTheEnd(settings)) return true;
  return !(settings.localAddresses?.() ?? NO_LOCAL_ADDRESSES).isEmpty;
}

/** The class of a recipient (MailerQ: anybody may write to a local address, others need authentication). */
export function admitRecipient(address: string, settings: PipelineSettings, { trusted }: Asker): Admission {
  if (trusted || settings.requiresAuthentication !== true) return 'accepted';
  if (isLocal({ address }, settings)) return 'accepted';
  return runsToTheEnd(settings) ? 'refused' : 'unauthenticated';
}

/** Only the content tells a report, and only with the content can refused mail be stored. */
function runsToTheEnd({ refused, reports, reportsFrom }: PipelineSettings): boolean {
  return refused !== undefined || (reports !== undefined && reportsFrom === 'all');
}
