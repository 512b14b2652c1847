// The pipeline as the doors see it: addresses judged, messages published or refused, and never more promised than stored.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPipeline, type Pipeline } from '../../src/pipeline/ingest.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { type PublishFault, type PublishResult, STORED } from '../../src/queue/outlet.ts';
import { decodeMime, readRecord } from '../support/read-record.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet, type RecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';

interface Stage {
  readonly pipeline: Pipeline;
  readonly outlet: RecordingOutlet;
  readonly log: RecordingLog;
}

/** A pipeline between a known clock, counted ids and an outlet that records. */
function setStage(settings: Partial<PipelineSettings> = {}): Stage {
  const outlet = createRecordingOutlet();
  const log = createRecordingLog();
  let made = 0;
  const pipeline = createPipeline({
    settings: { ...SETTINGS, ...settings },
    outlet,
    log,
    nextId: () => `ID${made++}`,
    now: () => RECEIVED_AT,
  });
  return { pipeline, outlet, log };
}

function failed(fault: PublishFault, detail = `because of ${fault}`): PublishResult {
  return { stored: false, fault, detail };
}

const THREE = ['a@example.org', 'b@example.org', 'c@example.org'];

test('ingest() accepts when every record is durable, and names id, recipient and queue of each in order', async () => {
  const { pipeline, outlet } = setStage({ inbox: 'mail' });
  const disposition = await pipeline.ingest(makeSubmission({ recipients: THREE }));
  const records = THREE.map((recipient, index) => ({ id: `ID${index}`, recipient, queue: 'mail' }));
  assert.deepEqual(disposition, { outcome: 'accepted', records });
  const published = outlet.records.map(({ id, recipient, queue }) => ({ id, recipient, queue }));
  assert.deepEqual(published, records);
  for (const [index, { body }] of outlet.records.entries()) {
    const record = readRecord(body);
    assert.equal(record['message-id'], `ID${index}`);
    assert.equal(record['recipient'], THREE[index]);
  }
});

test('ingest() chooses all ids before anything is published, and the Received field has the first', async () => {
  const { pipeline, outlet } = setStage();
  const arrived = outlet.withhold();
  const result = pipeline.ingest(makeSubmission({ recipients: THREE }));
  await arrived;
  let settled = false;
  const watched = result.then(() => (settled = true));
  await Promise.resolve();
  assert.equal(settled, false);
  outlet.release();
  await watched;
  assert.deepEqual(outlet.records.map(({ id }) => id), ['ID0', 'ID1', 'ID2']);
  for (const { body } of outlet.records) {
    assert.match(decodeMime(readRecord(body)).toString(), / with ESMTP id ID0;\r\n/);
  }
});

test('ingest() promises nothing before the outlet has answered', async () => {
  const { pipeline, outlet, log } = setStage();
  const arrived = outlet.withhold();
  const result = pipeline.ingest(makeSubmission());
  await arrived;
  const first = await Promise.race([
    result.then(() => 'answer'),
    new Promise((resolve) => setImmediate(resolve, 'nothing')),
  ]);
  assert.equal(first, 'nothing');
  assert.deepEqual(log.events, []);
  outlet.release();
  assert.equal((await result).outcome, 'accepted');
});

const NOT_DURABLE = {
  outcome: 'deferred',
  reason: 'not-durable',
  status: '4.3.0',
  text: 'Message not stored, try again later',
};

const faults: readonly (readonly [PublishFault, object])[] = [
  ['nacked', NOT_DURABLE],
  ['returned', NOT_DURABLE],
  ['blocked', NOT_DURABLE],
  ['timeout', NOT_DURABLE],
  ['unavailable', NOT_DURABLE],
  ['full', { outcome: 'deferred', reason: 'storage-full', status: '4.3.1', text: 'Storage full, try again later' }],
  ['too-large', { outcome: 'rejected', reason: 'too-large', status: '5.3.4', text: 'Message too big for this system' }],
];

for (const [fault, refusal] of faults) {
  test(`ingest() answers ${fault} with its own refusal, and the broker's words go to the log only`, async () => {
    const { pipeline, outlet, log } = setStage();
    outlet.result = () => failed(fault, 'amqp://secret said no');
    const disposition = await pipeline.ingest(makeSubmission());
    assert.deepEqual(disposition, { ...refusal, detail: `${fault}: amqp://secret said no` });
    assert.equal('text' in disposition && disposition.text.includes('secret'), false);
    assert.equal(log.events[0]?.fields['detail'], `${fault}: amqp://secret said no`);
  });
}

const mixtures = [
  ['one of three fails', ['nacked', undefined, undefined], 'nacked'],
  ['the last one fails', [undefined, undefined, 'timeout'], 'timeout'],
  ['two fail', ['returned', 'timeout', undefined], 'returned'],
  ['one is too large', [undefined, 'too-large', undefined], 'too-large'],
  ['one is too large and another may succeed later', ['too-large', 'unavailable', undefined], 'unavailable'],
  ['all are too large', ['too-large', 'too-large', 'too-large'], 'too-large'],
  ['the storage is full for one', [undefined, undefined, 'full'], 'full'],
] as const;

for (const [name, given, expected] of mixtures) {
  test(`ingest() accepts nothing when ${name}`, async () => {
    const { pipeline, outlet } = setStage();
    const results = given.map((fault) => fault === undefined ? STORED : failed(fault));
    outlet.result = ({ id }) => results[Number(id.slice(2))] ?? STORED;
    const disposition = await pipeline.ingest(makeSubmission({ recipients: THREE }));
    const refusal = faults.find(([fault]) => fault === expected)?.[1];
    assert.deepEqual(disposition, { ...refusal, detail: `${expected}: because of ${expected}` });
  });
}

const refusedContents = [
  ['a bare LF', 'Subject: x\n\r\nbody\r\n', 'line-ending', '5.6.0'],
  ['too many hops', `${'Received: x\r\n'.repeat(101)}\r\n`, 'loop', '5.4.6'],
  ['both, where the line end comes first', `${'Received: x\r\n'.repeat(101)}\n\r\n`, 'line-ending', '5.6.0'],
] as const;

for (const [name, content, reason, status] of refusedContents) {
  test(`ingest() publishes nothing of a message with ${name}`, async () => {
    const { pipeline, outlet, log } = setStage();
    const disposition = await pipeline.ingest(makeSubmission({ content }));
    assert.ok(disposition.outcome === 'rejected');
    assert.deepEqual([disposition.reason, disposition.status], [reason, status]);
    assert.deepEqual(outlet.records, []);
    assert.deepEqual(log.events.map(({ event }) => event), ['message.rejected']);
  });
}

test('ingest() does not count the Received field that it adds itself', async () => {
  const { pipeline, outlet } = setStage();
  const content = `${'Received: x\r\n'.repeat(100)}\r\n`;
  assert.equal((await pipeline.ingest(makeSubmission({ content }))).outcome, 'accepted');
  assert.equal(readRecord(outlet.records[0]?.body ?? [])['size'], content.length + addedBytes(outlet));
});

function addedBytes(outlet: RecordingOutlet): number {
  return decodeMime(readRecord(outlet.records[0]?.body ?? [])).indexOf('+0000\r\n') + '+0000\r\n'.length;
}

test('ingest() rejects when the outlet throws: what to tell the peer is decided at the door', async () => {
  const { pipeline, outlet, log } = setStage();
  const error = new Error('a bug');
  outlet.publish = () => Promise.reject(error);
  await assert.rejects(pipeline.ingest(makeSubmission()), error);
  outlet.publish = () => {
    throw error;
  };
  await assert.rejects(pipeline.ingest(makeSubmission()), error);
  assert.deepEqual(log.events, []);
});

test('ingest() rejects when the outlet answers for fewer or more records than it was given', async () => {
  const { pipeline, outlet } = setStage();
  for (const results of [[], [STORED, STORED], [STORED, STORED, STORED, STORED]]) {
    outlet.publish = () => Promise.resolve(results);
    const message = `The outlet answered for ${results.length} of 3 records`;
    await assert.rejects(pipeline.ingest(makeSubmission({ recipients: THREE })), { message });
  }
});

test('ingest() rejects a submission without recipients, which nobody would ever find again', async () => {
  const { pipeline, outlet } = setStage();
  await assert.rejects(pipeline.ingest(makeSubmission({ recipients: [] })), {
    message: 'The submission has no recipient',
  });
  assert.deepEqual(outlet.records, []);
});

test('ingest() logs what became of the message, with at most 20 ids', async () => {
  const recipients = Array.from({ length: 30 }, (_, index) => `r${index}@example.org`);
  const { pipeline, outlet, log } = setStage();
  await pipeline.ingest({ ...makeSubmission({ recipients, origin: ORIGINS.http }), line: 7 });
  outlet.result = () => failed('timeout', 'late');
  await pipeline.ingest(makeSubmission());
  const ids = Array.from({ length: 20 }, (_, index) => `ID${index}`);
  const refusal = { reason: 'not-durable', status: '4.3.0', detail: 'timeout: late' };
  assert.deepEqual(log.events, [
    { event: 'message.accepted', fields: { session: 's1', line: 7, door: 'http', records: 30, ids } },
    { event: 'message.deferred', fields: { session: 's1', door: 'smtp', records: 1, ids: ['ID30'], ...refusal } },
  ]);
});

test('ingest() keeps messages that are on their way at the same time apart', async () => {
  const { pipeline, outlet } = setStage({ addReceived: false });
  const contents = Array.from({ length: 20 }, (_, index) => `Subject: ${index}\r\n\r\n`);
  const dispositions = await Promise.all(contents.map((content) => pipeline.ingest(makeSubmission({ content }))));
  const stored = new Map(outlet.records.map(({ id, body }) => [id, readRecord(body)['mime']]));
  for (const [index, disposition] of dispositions.entries()) {
    assert.ok(disposition.outcome === 'accepted');
    assert.equal(stored.get(disposition.records[0]?.id ?? ''), contents[index]);
  }
});

test('checkSender() and checkRecipient() judge by the configured policy and direction', () => {
  const strict = setStage().pipeline;
  const loose = setStage({ addressPolicy: 'loose' }).pipeline;
  const ascii = { smtputf8: false };
  assert.equal(strict.checkSender('', ascii).ok, true);
  assert.equal(strict.checkRecipient('', ascii).ok, false);
  assert.equal(strict.checkSender('postmaster', ascii).ok, false);
  assert.equal(strict.checkRecipient('postmaster', ascii).ok, true);
  for (const check of ['checkSender', 'checkRecipient'] as const) {
    assert.equal(strict[check]('a..b@example.com', ascii).ok, false);
    assert.equal(loose[check]('a..b@example.com', ascii).ok, true);
    assert.equal(strict[check]('\u00fc@example.com', ascii).ok, false);
    assert.equal(strict[check]('\u00fc@example.com', { smtputf8: true }).ok, true);
  }
});

for (const verb of ['ingest', 'inject'] as const) {
  test(`${verb}() takes ids from the submission's key, and publishes under its claim`, async () => {
    const { pipeline, outlet } = setStage();
    const claim = { scope: Buffer.from('scope'), owner: 'me' };
    const key = { claim, idFor: (recipient: string) => recipient.toUpperCase() };
    await pipeline[verb]({ ...makeSubmission({ recipients: THREE }), key });
    await pipeline[verb](makeSubmission({ recipients: THREE }));
    assert.deepEqual(outlet.records.map(({ id }) => id), [...THREE.map(key.idFor), 'ID0', 'ID1', 'ID2']);
    assert.deepEqual(outlet.claims, [claim, undefined]);
  });
}
