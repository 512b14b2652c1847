// The routing step: which queue each recipient's record goes to.

import type { Recipient } from '../mail/envelope.ts';
import type { PipelineSettings } from './draft.ts';
import { NO_LOCAL_ADDRESSES } from './local-addresses.ts';

/** Whether the recipient is one of local-addresses. */
export function isLocal({ address }: Recipient, { localAddresses }: PipelineSettings): boolean {
  return (localAddresses?.() ?? NO_LOCAL_ADDRESSES).includes(address);
}

/** What of a message decides about its queue. */
export interface RoutedMessage {
  readonly isReport: boolean;
  readonly isUrgent: boolean;
}

/** The queue for one recipient of an accepted message (MailerQ: reports before local before inbox). */
export function routeRecipient(
  recipient: Recipient,
  settings: PipelineSettings,
  { isReport, isUrgent }: RoutedMessage,
): string {
  const { inbox, local, primary, reports, reportsFrom } = settings;
  const toReports = isReport && (reportsFrom === 'all' || isLocal(recipient, settings));
  if (toReports && reports !== undefined) return reports;
  if (local !== undefined && isLocal(recipient, settings)) return local;
  return isUrgent ? primary ?? inbox : inbox;
}
