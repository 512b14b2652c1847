// Notes confirmed records under their Idempotency-Key, for an outlet that stores records elsewhere than where the keys are.

import type { Log } from '../telemetry/log.ts';
import type { KeyClaim, KeyLedger } from './key-claim.ts';
import type { EncodedRecord, Outlet, PublishResult } from './outlet.ts';

/** What `keepAnswers` stands on. */
export interface KeepAnswersOptions {
  readonly keys: Pick<KeyLedger, 'answer'>;
  readonly log: Log;
}

/** The same outlet; a publish with a claim resolves when its records are durable and noted. */
export function keepAnswers(outlet: Outlet, { keys, log }: KeepAnswersOptions): Outlet {
  const notes = new Set<Promise<void>>();

  async function note(claim: KeyClaim, records: readonly EncodedRecord[]): Promise<void> {
    try {
      await keys.answer(claim, records);
    } catch (error) {
      // The records are durable all the same, and saying otherwise would bring a repeat for sure.
      log.emit('idempotency.unsaved', { detail: String(error), records: records.length });
    }
  }

  async function publishNoted(records: readonly EncodedRecord[], claim: KeyClaim): Promise<readonly PublishResult[]> {
    const results = await outlet.publish(records);
    if (!results.every(({ stored }) => stored)) return results;
    const noted = note(claim, records);
    notes.add(noted);
    await noted;
    notes.delete(noted);
    return results;
  }

  return {
    publish: (records, claim) => claim === undefined ? outlet.publish(records) : publishNoted(records, claim),
    health: () => outlet.health(),
    spooled: () => outlet.spooled?.(),
    async drain() {
      await outlet.drain();
      await Promise.all(notes);
    },
    close: () => outlet.close(),
  };
}
