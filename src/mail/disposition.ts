// What became of a submission, in words both doors can translate: accepted, deferred or rejected.

/** RFC 3463 status; its first digit is the only place where "try again" and "never" are told apart. */
export type EnhancedStatus = `${2 | 4 | 5}.${number}.${number}`;

/** Why a message was not taken: a closed set that each door maps to its own reply in one file. */
export type RefusalReason =
  | 'address' // an address that the policy does not take
  | 'header-recipients' // the header section names no recipients, or bad ones
  | 'too-many-recipients' // the header section names more than are taken
  | 'line-ending' // bare CR or LF in the content
  | 'loop' // too many Received headers
  | 'too-large' // content or encoded record over a limit
  | 'memory' // no room in flight
  | 'storage-full' // the queue file's disk is full
  | 'not-durable' // nacked, returned, blocked, timed out or unreachable
  | 'unauthenticated' // only who has logged in may write to this recipient
  | 'draining'; // the gateway is shutting down

/** One stored record. */
export interface StoredRecord {
  readonly id: string;
  readonly recipient: string;
  readonly queue: string;
}

/** A message that was not taken; `detail` is for the log only and never goes to the peer. */
export interface Refusal {
  readonly outcome: 'deferred' | 'rejected';
  readonly reason: RefusalReason;
  readonly status: EnhancedStatus;
  readonly text: string;
  readonly detail?: string;
}

/** Every recipient's record is durable. */
export interface Acceptance {
  readonly outcome: 'accepted';
  readonly records: readonly StoredRecord[];
}

/** The pipeline's answer to a submission. */
export type Disposition = Acceptance | Refusal;

/** Builds a refusal; deferred or rejected follows from the status class. */
export function toRefusal(
  reason: RefusalReason,
  status: EnhancedStatus,
  { text, detail }: { readonly text: string; readonly detail?: string },
): Refusal {
  const outcome = status.startsWith('4') ? 'deferred' : 'rejected';
  return detail === undefined ? { outcome, reason, status, text } : { outcome, reason, status, text, detail };
}
