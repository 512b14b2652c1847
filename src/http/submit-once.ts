// Hands a message to the pipeline once per Idempotency-Key: the first request publishes, a repeat gets its answer.

import type { Disposition } from '../mail/disposition.ts';
import type { SubmissionKey } from '../pipeline/submission.ts';
import type { ClaimOutcome, KeyLedger } from '../queue/key-claim.ts';
import type { RequestKey } from './idempotency-key.ts';
import { failure, type Problem, type Result } from './problem.ts';

/** What became of the message, now or when the key was used first. */
export interface SubmittedOnce {
  readonly disposition: Disposition;
  readonly isReplay: boolean;
}

/**
 * Resolves with the disposition of `ingest`, or with the one that its key has already. Only an accepted message is kept: what
 * is deferred may be repeated, what is rejected may be mended, under the same key.
 */
export async function submitOnce(
  { key, keys }: { readonly key: RequestKey | undefined; readonly keys: KeyLedger },
  ingest: (key?: SubmissionKey) => Promise<Disposition>,
): Promise<Result<SubmittedOnce>> {
  if (key === undefined) return { ok: true, value: { disposition: await ingest(), isReplay: false } };
  const outcome = await keys.claim(key);
  if (outcome.state === 'answered') {
    return { ok: true, value: { disposition: { outcome: 'accepted', records: outcome.records }, isReplay: true } };
  }
  if (outcome.state !== 'claimed') return failure(toProblem(outcome));
  const { claim } = outcome;
  let disposition: Disposition | undefined;
  try {
    disposition = await ingest({ claim, idFor: key.idFor });
  } finally {
    // What a fault has left behind is not known: as after a deferral, a repeat publishes again with the same ids.
    const end = disposition?.outcome ?? 'deferred';
    await keys.end(claim, end === 'accepted' ? 'answered' : end);
  }
  return { ok: true, value: { disposition, isReplay: false } };
}

function toProblem(outcome: Exclude<ClaimOutcome, { readonly state: 'claimed' | 'answered' }>): Problem {
  switch (outcome.state) {
    case 'running':
      return { code: 'idempotency-key-running', detail: 'An earlier request with this key is not finished.' };
    case 'different':
      return { code: 'idempotency-key-reused', detail: 'The key was used for another message.' };
    case 'unavailable':
      return outcome.fault === 'full'
        ? { code: 'storage-full', detail: 'There is no room to note the key.' }
        : { code: 'idempotency-unavailable', detail: 'The key cannot be noted now.' };
  }
}
