// The routing step: which queue each recipient's record goes to.

import type { Recipient } from '../mail/envelope.ts';
import type { PipelineSettings } from './draft.ts';
import { NO_LOCAL_ADDRESSES } from './local-addresses.ts';

/** Whether the recipient is one of local-addresses. */
export function isLocal({ address }: Recipient, { localAddresses }: PipelineSettings): boolean {
  return (localAddresses?.() ?? NO_LOCAL_ADDRESSES).includes(address);
}

/** The queue for one recipient of an accepted message. */
export function routeRecipient(recipient: Recipient, settings: PipelineSettings): string {
  const { inbox, local } = settings;
  return local !== undefined && isLocal(recipient, settings) ? local : inbox;
}
