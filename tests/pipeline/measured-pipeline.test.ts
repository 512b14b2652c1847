import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, type Pipeline } from '../../src/pipeline/ingest.ts';
import { createMeasuredPipeline } from '../../src/pipeline/measured-pipeline.ts';
import { STORED } from '../../src/queue/outlet.ts';
import { createMessageCounts } from '../../src/telemetry/message-counts.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { sampleOf } from '../support/sample.ts';
import { makeSubmission, ORIGINS, SETTINGS } from '../support/submissions.ts';

const TWO = ['a@example.org', 'b@example.org'];

function prepare(pipeline?: Partial<Pipeline>) {
  const meter = new Meter();
  const outlet = createRecordingOutlet();
  let made = 0;
  const inner = createPipeline({ settings: SETTINGS, outlet, log: createRecordingLog(), nextId: () => `ID${made++}` });
  const counts = createMessageCounts(meter, ['inbox']);
  const measured = createMeasuredPipeline({ ...inner, ...pipeline }, { meter, counts });
  const value = (metric: string, labels: { [name: string]: string }) => sampleOf(meter.totals(), metric, labels);
  const messages = (door: string, outcome: string, queue = '') =>
    value('mailchute_messages_total', { door, queue, outcome });
  return { measured, outlet, value, messages };
}

test('createMeasuredPipeline counts what is accepted at each door, with its bytes and the time it took', async () => {
  const { measured, value, messages } = prepare();
  await measured.ingest(makeSubmission({ recipients: TWO, content: 'Subject: x\r\n\r\n1234' }));
  await measured.inject(makeSubmission({ origin: ORIGINS.http }));
  assert.equal(messages('smtp', 'accepted', 'inbox'), 1);
  assert.equal(messages('http', 'accepted', 'inbox'), 1);
  assert.equal(value('mailchute_recipients_total', { door: 'smtp', queue: 'inbox', outcome: 'accepted' }), 2);
  assert.equal(value('mailchute_content_bytes_total', { door: 'smtp' }), 18);
  assert.equal(value('mailchute_accept_duration_seconds_count', { door: 'smtp' }), 1);
});

test('createMeasuredPipeline counts one message as deferred when one of its records is not stored', async () => {
  const { measured, outlet, value, messages } = prepare();
  outlet.result = ({ id }) => id === 'ID1' ? { stored: false, fault: 'nacked', detail: '' } : STORED;
  assert.equal((await measured.ingest(makeSubmission({ recipients: TWO }))).outcome, 'deferred');
  assert.equal(messages('smtp', 'deferred'), 1);
  assert.equal(messages('smtp', 'accepted', 'inbox'), 0);
  assert.equal(value('mailchute_recipients_total', { door: 'smtp', queue: '', outcome: 'deferred' }), 2);
  const reason = { door: 'smtp', outcome: 'deferred', reason: 'not-durable' };
  assert.equal(value('mailchute_refusals_total', reason), 1);
});

test('createMeasuredPipeline counts what is rejected with its reason', async () => {
  const { measured, value, messages } = prepare();
  assert.equal((await measured.ingest(makeSubmission({ content: 'Subject: x\n\nbare' }))).outcome, 'rejected');
  assert.equal(messages('smtp', 'rejected'), 1);
  const reason = { door: 'smtp', outcome: 'rejected', reason: 'line-ending' };
  assert.equal(value('mailchute_refusals_total', reason), 1);
});

test('createMeasuredPipeline counts a fault as deferred, as the doors answer it, and passes it on', async () => {
  const { measured, messages } = prepare({ ingest: () => Promise.reject(new Error('a bug')) });
  await assert.rejects(measured.ingest(makeSubmission()), /a bug/);
  assert.equal(messages('smtp', 'deferred'), 1);
});
