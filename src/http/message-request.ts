// What every form of a message (JSON, raw MIME, a form …) is parsed into before the addresses are judged.

import type { RequestKey } from './idempotency-key.ts';
import type { Place } from './problem.ts';
import type { StructuredMail } from './structured-mail.ts';

/** An address with the place in the request it came from, for the error that names it. */
export interface GivenAddress {
  readonly text: string;
  readonly place: Place;
}

/** A parsed request. */
export interface MessageRequest {
  /** Left out: from the header section. */
  readonly sender?: GivenAddress;
  /** Left out: from the header section. */
  readonly recipients?: readonly GivenAddress[];
  /** Empty where the message has yet to be composed. */
  readonly content: Uint8Array[];
  /** The message in parts, to be composed once its addresses are known to be valid. */
  readonly mail?: StructuredMail;
  /** Addresses that are no part of the envelope, but have to be valid all the same. */
  readonly named?: readonly GivenAddress[];
  /** X-Priority 0 (Inboxbooster). */
  readonly isUrgent?: boolean;
  /** The Idempotency-Key that came with it. */
  readonly key?: RequestKey;
  /** Record properties beyond envelope and content. */
  readonly properties?: { readonly [name: string]: unknown };
}
