// An outlet that notes confirmed records under their key: only all of them, and a fault there takes no promise back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredRecord } from '../../src/mail/disposition.ts';
import { keepAnswers } from '../../src/queue/keep-answers.ts';
import { type PublishResult, STORED } from '../../src/queue/outlet.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeRecord } from '../support/records.ts';

const claim = { scope: Buffer.from('scope'), owner: 'me' };
const FAILED: PublishResult = { stored: false, fault: 'nacked', detail: '' };

function setUp(answer: () => Promise<void> = () => Promise.resolve()) {
  const noted: (readonly StoredRecord[])[] = [];
  const inner = createRecordingOutlet();
  const log = createRecordingLog();
  const keys = {
    answer: (_: typeof claim, records: readonly StoredRecord[]) => {
      noted.push(records);
      return answer();
    },
  };
  return { inner, log, noted, outlet: keepAnswers(inner, { keys, log }) };
}

test('Records are noted when all are durable, and a publish without a claim is not', async () => {
  const { inner, noted, outlet } = setUp();
  const records = [makeRecord('A'), makeRecord('B')];
  assert.deepEqual(await outlet.publish(records), [STORED, STORED]);
  inner.result = ({ id }) => id === 'A' ? STORED : FAILED;
  assert.deepEqual(await outlet.publish(records, claim), [STORED, FAILED]);
  assert.deepEqual(noted, []);
  inner.result = () => STORED;
  assert.deepEqual(await outlet.publish(records, claim), [STORED, STORED]);
  assert.deepEqual(noted, [records]);
});

test('Records stay accepted when they cannot be noted, and the log says so', async () => {
  const { outlet, log } = setUp(() => Promise.reject(new Error('the disk is full')));
  assert.deepEqual(await outlet.publish([makeRecord('A')], claim), [STORED]);
  assert.deepEqual(log.events, [
    { event: 'idempotency.unsaved', fields: { detail: 'Error: the disk is full', records: 1 } },
  ]);
});

test('drain() waits for the notes', async () => {
  const note = Promise.withResolvers<void>();
  const { outlet, noted } = setUp(() => note.promise);
  const published = outlet.publish([makeRecord('A')], claim);
  while (noted.length === 0) await Promise.resolve();
  let isDrained = false;
  const drained = outlet.drain().then(() => isDrained = true);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(isDrained, false);
  note.resolve();
  await drained;
  assert.deepEqual(await published, [STORED]);
});
