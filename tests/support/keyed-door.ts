// An HTTP door on the real pipeline, whose outlet records what is published and notes it under its Idempotency-Key.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { keepAnswers } from '../../src/queue/keep-answers.ts';
import { createKeyLedger } from '../../src/queue/key-ledger.ts';
import { createRecordingDoor } from './http-door.ts';
import { createRecordingLog } from './recording-log.ts';
import { createRecordingOutlet, type RecordingOutlet } from './recording-outlet.ts';
import { SETTINGS } from './submissions.ts';

/** Creates the door; its keys are kept in memory. */
export function createKeyedDoor(options: Partial<HttpDoor> = {}): {
  readonly door: HttpDoor;
  readonly outlet: RecordingOutlet;
} {
  const log = createRecordingLog();
  const open = () => new DatabaseSync(':memory:');
  const keys = createKeyLedger({ path: join(tmpdir(), 'keys'), open, log });
  const outlet = createRecordingOutlet();
  let made = 0;
  const pipeline = createPipeline({
    settings: SETTINGS,
    outlet: keepAnswers(outlet, { keys, log }),
    log,
    nextId: () => `ID${made++}`,
  });
  return { door: createRecordingDoor({ pipeline, keys, ...options }).door, outlet };
}
