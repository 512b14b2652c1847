// An outlet that keeps its records in memory, and answers at once, when told to, or with a fault.
import type { KeyClaim } from '../../src/queue/key-claim.ts';
import { type EncodedRecord, type Outlet, type PublishResult, STORED } from '../../src/queue/outlet.ts';
import { readRecord } from './read-record.ts';
import type { PublishedRecord } from './validate-record.ts';

/** An outlet with what it was given. */
export interface RecordingOutlet extends Outlet {
  readonly records: EncodedRecord[];
  /** The claim of each publish. */
  readonly claims: (KeyClaim | undefined)[];
  /** The bodies of all records, in order, as the published contract has them. */
  parsed(): PublishedRecord[];
  /** From now on publishes wait for `release`; resolves when the next one has come. */
  withhold(): Promise<void>;
  release(): void;
  /** What each record is answered; everything is stored unless this is set. */
  result: (record: EncodedRecord) => PublishResult;
}

/** Creates an outlet that stores everything at once. */
export function createRecordingOutlet(): RecordingOutlet {
  const records: EncodedRecord[] = [];
  const claims: RecordingOutlet['claims'] = [];
  let gate: Promise<void> | undefined;
  let open = () => {};
  let arrived = () => {};
  const outlet: RecordingOutlet = {
    records,
    claims,
    parsed: () => records.map(({ body }) => readRecord(body)),
    withhold() {
      gate = new Promise((resolve) => (open = resolve));
      return new Promise((resolve) => (arrived = resolve));
    },
    release() {
      gate = undefined;
      open();
    },
    result: () => STORED,
    async publish(published, claim) {
      claims.push(claim);
      arrived();
      if (gate !== undefined) await gate;
      records.push(...published);
      return published.map((record) => outlet.result(record));
    },
    health: () => ({ ready: true, reasons: [] }),
    drain: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
  return outlet;
}
