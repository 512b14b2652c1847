// Mail that is refused for lack of authentication: stored for whoever looks, and 550 5.7.1 whatever becomes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { storeRefused } from '../../src/pipeline/refused-mail.ts';
import type { PublishFault } from '../../src/queue/outlet.ts';
import { toDispositionReply, toReplyText } from '../../src/smtp/reply.ts';
import { decodeMime, readRecord } from '../support/read-record.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeDraft, makeSubmission, SETTINGS, type SubmissionParts } from '../support/submissions.ts';

const REFUSAL = {
  outcome: 'rejected',
  reason: 'unauthenticated',
  status: '5.7.1',
  text: 'Authentication required to write to this recipient',
};

function setStage(settings: Partial<PipelineSettings> = {}) {
  const outlet = createRecordingOutlet();
  const log = createRecordingLog();
  const pipeline = createPipeline({
    settings: { ...SETTINGS, refused: 'refused', requiresAuthentication: true, addReceived: false, ...settings },
    outlet,
    log,
    nextId: () => 'ID',
  });
  const ingest = (parts: SubmissionParts = {}) =>
    pipeline.ingest(makeSubmission({ trusted: false, isRefused: true, ...parts }));
  return { outlet, log, ingest };
}

test('a refused message is stored once per recipient, with the very reply that the client gets', async () => {
  const { outlet, log, ingest } = setStage({
    local: 'ours',
    localAddresses: () => ({ isEmpty: false, includes: () => true }),
  });
  const recipients = ['a@example.org', 'b@example.org'];
  const content = 'Subject: sp\u00e4m\r\n\r\nbody\r\n';
  const disposition = await ingest({ recipients, content });
  assert.deepEqual(disposition, REFUSAL);
  assert.deepEqual(outlet.records.map(({ queue }) => queue), ['refused', 'refused']);
  const records = outlet.records.map(({ body }) => readRecord(body));
  assert.deepEqual(records.map((record) => record['recipient']), recipients);
  for (const record of records) {
    assert.deepEqual(record['refused'], { code: 550, text: `5.7.1 ${REFUSAL.text}` });
    assert.equal(decodeMime(record).toString(), content);
    assert.equal(record['envelope'], 'sender@example.com');
  }
  assert.equal(toReplyText(toDispositionReply(disposition)), `550 5.7.1 ${REFUSAL.text}\r\n`);
  assert.deepEqual(log.events, [
    { event: 'message.refused-stored', fields: { session: 's1', door: 'smtp', queue: 'refused', records: 2 } },
    {
      event: 'message.rejected',
      fields: {
        session: 's1',
        door: 'smtp',
        records: 2,
        ids: ['ID', 'ID'],
        reason: 'unauthenticated',
        status: '5.7.1',
        detail: undefined,
      },
    },
  ]);
});

test('an accepted message says nothing of a refusal', async () => {
  const { outlet, ingest } = setStage();
  assert.equal((await ingest({ isRefused: false })).outcome, 'accepted');
  assert.equal(readRecord(outlet.records[0]?.body ?? [])['refused'], undefined);
  assert.equal(outlet.records[0]?.queue, 'inbox');
});

const sizes = [
  { settings: { refusedMaxBytes: 100 }, bytes: 100, stored: 1 },
  { settings: { refusedMaxBytes: 100 }, bytes: 101, stored: 0 },
  { settings: {}, bytes: 1024 * 1024, stored: 1 },
  { settings: {}, bytes: 1024 * 1024 + 1, stored: 0 },
] as const;

for (const { settings, bytes, stored } of sizes) {
  test(`${bytes} refused bytes with ${JSON.stringify(settings)} make ${stored} records, and the same reply`, async () => {
    const { outlet, log, ingest } = setStage(settings);
    const content = 'Subject: x\r\n\r\n'.padEnd(bytes, 'x');
    assert.deepEqual(await ingest({ content }), REFUSAL);
    assert.equal(outlet.records.length, stored);
    const unstored = log.events.filter(({ event }) => event === 'message.refused-unstored');
    const fields = { session: 's1', door: 'smtp', size: bytes, detail: 'larger than refused-maxsize' };
    assert.deepEqual(unstored.map((event) => event.fields), stored === 1 ? [] : [fields]);
  });
}

const faults: readonly PublishFault[] = [
  'nacked',
  'returned',
  'blocked',
  'timeout',
  'unavailable',
  'full',
  'too-large',
];

for (const fault of faults) {
  test(`a refused message that cannot be stored (${fault}) is refused all the same, and an event says so`, async () => {
    const { outlet, log, ingest } = setStage();
    outlet.result = ({ recipient }) =>
      recipient === 'b@example.org' ? { stored: false, fault, detail: 'why' } : { stored: true };
    assert.deepEqual(
      await ingest({ recipients: ['a@example.org', 'b@example.org'], content: 'a: b\r\n\r\n' }),
      REFUSAL,
    );
    assert.deepEqual(log.events.map(({ event }) => event), ['message.refused-unstored', 'message.rejected']);
    assert.deepEqual(log.events[0]?.fields, { session: 's1', door: 'smtp', size: 8, detail: `${fault}: why` });
  });
}

test('content that no message may have is refused for that, and not stored', async () => {
  const { outlet, ingest } = setStage();
  const disposition = await ingest({ content: 'Subject: x\n\r\nbody\r\n' });
  assert.equal('status' in disposition && disposition.status, '5.6.0');
  assert.deepEqual(outlet.records, []);
});

test('storeRefused() without a queue stores nothing', async () => {
  const outlet = createRecordingOutlet();
  const log = createRecordingLog();
  const draft = makeDraft({ isRefused: true });
  assert.deepEqual(await storeRefused(draft, { settings: SETTINGS, outlet, log }), REFUSAL);
  assert.deepEqual(outlet.records, []);
  assert.deepEqual(log.events.map(({ fields }) => fields['detail']), ['rabbitmq-refused is not set']);
});
