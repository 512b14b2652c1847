// What is known of an Idempotency-Key: who works on its message, and which records that message has become.

import type { StoredRecord } from '../mail/disposition.ts';

/** The right to publish the message of one key. */
export interface KeyClaim {
  /** Digest of credential and key. */
  readonly scope: Uint8Array;
  /** The process that has it. */
  readonly owner: string;
}

/** A key as a request brings it. */
export interface KeyRequest {
  /** Digest of credential and key. */
  readonly scope: Uint8Array;
  /** Digest of everything that shapes the message. */
  readonly body: Uint8Array;
}

/** What a request with a key may do. */
export type ClaimOutcome =
  | { readonly state: 'claimed'; readonly claim: KeyClaim }
  | { readonly state: 'answered'; readonly records: readonly StoredRecord[] }
  /** An earlier request with this key and body is not finished. */
  | { readonly state: 'running' }
  /** The key belongs to another body. */
  | { readonly state: 'different' }
  | {
    readonly state: 'unavailable';
    readonly fault: 'full' | 'unavailable';
    readonly detail: string;
  };

/** How a claim ends: noted with the records, left for a repeat of the same body, or as if it had never been. */
export type ClaimEnd = 'answered' | 'deferred' | 'rejected';

/** Where keys are kept, for all processes of a gateway. */
export interface KeyLedger {
  /** Decides; of any number of requests with one key, one gets the claim. */
  claim(request: KeyRequest): Promise<ClaimOutcome>;
  /** Notes the records of a claim for good; rejects when that is not possible. */
  answer(claim: KeyClaim, records: readonly StoredRecord[]): Promise<void>;
  /** Gives the claim back; to be called once for each. */
  end(claim: KeyClaim, how: ClaimEnd): Promise<void>;
  /** Takes nothing new; claims that are left run out. */
  close(): void;
}
