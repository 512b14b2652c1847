// What every form of POST /v1/messages (JSON, raw MIME) is parsed into before the addresses are judged.

import type { Place } from './problem.ts';

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
  readonly content: readonly Uint8Array[];
  /** Record properties beyond envelope and content. */
  readonly properties?: { readonly [name: string]: unknown };
}
