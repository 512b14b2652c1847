// The header scan step: splits the content once, so that later steps see the header section alone, and stops mail loops.

import type { Refusal } from '../mail/disposition.ts';
import { toRefusal } from '../mail/disposition.ts';
import { headerFields, splitHeaderSection } from '../mail/header-section.ts';
import type { Draft } from './draft.ts';

// RFC 5321 section 6.3 asks for at least 100.
const MAX_RECEIVED = 100;

/** Splits the content into header section and body. */
export function splitHeader(draft: Draft): undefined {
  const { header, body } = splitHeaderSection(draft.body);
  draft.header = header;
  draft.body = body;
}

/** Refuses a message that has passed through too many hosts. */
export function refuseLoop(draft: Draft): Refusal | undefined {
  let hops = 0;
  for (const field of headerFields(draft.header)) {
    if (field.name === 'received') hops++;
    if (hops > MAX_RECEIVED) {
      return toRefusal('loop', '5.4.6', { text: `Mail loop: more than ${MAX_RECEIVED} Received headers` });
    }
  }
  return undefined;
}
