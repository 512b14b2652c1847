// The routing step: which queue each recipient's record goes to.

import type { Recipient } from '../mail/envelope.ts';
import type { PipelineSettings } from './draft.ts';

/** The queue for one recipient of an accepted message. */
export function routeRecipient(_recipient: Recipient, settings: PipelineSettings): string {
  return settings.inbox;
}
