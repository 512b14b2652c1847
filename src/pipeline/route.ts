// The routing step: which queue each recipient's record goes to.

import type { Recipient } from '../mail/envelope.ts';
import type { PipelineSettings } from './draft.ts';
import { NO_LOCAL_ADDRESSES } from './local-addresses.ts';

/** The queue for one recipient of an accepted message. */
export function routeRecipient(recipient: Recipient, settings: PipelineSettings): string {
  const { inbox, local, localAddresses } = settings;
  if (local === undefined) return inbox;
  return (localAddresses?.() ?? NO_LOCAL_ADDRESSES).includes(recipient.address) ? local : inbox;
}
