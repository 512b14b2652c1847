// What the received log says of messages of every door and outcome, by way of the pipeline.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { STORED } from '../../src/queue/outlet.ts';
import type { ReceivedRecord } from '../../src/telemetry/received-log.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, RECEIVED_AT, SETTINGS } from '../support/submissions.ts';

const CONTENT = 'Subject: hidden\r\n\r\nbody\r\n';
const SHARED = {
  time: '2026-01-02T03:04:05.678Z',
  outcome: 'accepted',
  session: 's1',
  envelope: 'sender@example.com',
  recipient: 'info@example.org',
  queue: 'inbox',
  size: CONTENT.length,
  sha256: createHash('sha256').update(CONTENT).digest('hex'),
};
const SMTP = { door: 'smtp', 'remote-ip': '198.51.100.7', 'local-ip': '192.0.2.1' };

function setStage(settings: Partial<PipelineSettings> = {}) {
  const outlet = createRecordingOutlet();
  const lines: ReceivedRecord[] = [];
  let lastId = 0;
  const pipeline = createPipeline({
    settings: { ...SETTINGS, addReceived: false, ...settings },
    outlet,
    log: createRecordingLog(),
    nextId: () => `ID${lastId++}`,
    now: () => RECEIVED_AT,
    receivedLog: { write: (records) => void lines.push(...records), reopen() {}, close() {} },
  });
  return { outlet, lines, pipeline };
}

const doors = [
  { name: 'SMTP', origin: ORIGINS.smtp, fields: SMTP },
  {
    name: 'SMTP with a login',
    origin: { ...ORIGINS.smtp, connection: { ...ORIGINS.smtp.connection, user: 'jane' } },
    fields: { ...SMTP, user: 'jane' },
  },
  { name: 'HTTP', origin: ORIGINS.http, fields: { door: 'http', 'remote-ip': '198.51.100.7', authentication: 'shop' } },
  {
    name: 'an open HTTP door',
    origin: { ...ORIGINS.http, authentication: '' },
    fields: { door: 'http', 'remote-ip': '198.51.100.7' },
  },
  { name: 'the command line', origin: ORIGINS.cli, fields: { door: 'cli', user: 'me' } },
];

for (const { name, origin, fields } of doors) {
  test(`the received log says where a record from ${name} came from`, async () => {
    const { lines, pipeline } = setStage();
    await pipeline.ingest(makeSubmission({ content: CONTENT, origin }));
    assert.deepEqual(lines, [{ ...SHARED, ...fields, 'message-id': 'ID0' }]);
  });
}

test('the received log has a line for every recipient, and names addresses as the record does', async () => {
  const { outlet, lines, pipeline } = setStage();
  const recipients = ['a@xn--bcher-kva.example', 'b@example.org'];
  await pipeline.ingest(makeSubmission({ content: CONTENT, mailFrom: '', recipients }));
  assert.deepEqual(lines.map((line) => [line['message-id'], line.recipient, line.envelope]), [
    ['ID0', 'a@bücher.example', undefined],
    ['ID1', 'b@example.org', undefined],
  ]);
  assert.deepEqual(outlet.parsed().map((record) => record['recipient']), lines.map(({ recipient }) => recipient));
});

test('the received log writes down what /v1/inject brings', async () => {
  const { lines, pipeline } = setStage();
  await pipeline.inject(makeSubmission({ content: CONTENT, origin: ORIGINS.http }));
  assert.equal(lines.length, 1);
});

test('the received log names the reply for refused mail that is kept', async () => {
  const { lines, pipeline } = setStage({ refused: 'refused', requiresAuthentication: true });
  await pipeline.ingest(makeSubmission({ content: CONTENT, trusted: false, isRefused: true }));
  const text = '5.7.1 Authentication required to write to this recipient';
  const told = { outcome: 'refused', code: 550, text };
  assert.deepEqual(lines, [{ ...SHARED, ...SMTP, 'message-id': 'ID0', queue: 'refused', ...told }]);
});

test('the received log has the records of a deferred message that are stored all the same, and no others', async () => {
  const { outlet, lines, pipeline } = setStage();
  outlet.result = ({ id }) => id === 'ID0' ? STORED : { stored: false, fault: 'timeout', detail: 'late' };
  await pipeline.ingest(makeSubmission({ recipients: ['a@example.org', 'b@example.org'] }));
  assert.deepEqual(lines.map((line) => [line['message-id'], line.outcome, line.text]), [
    ['ID0', 'deferred', '4.3.0 Message not stored, try again later'],
  ]);
});

test('the received log has nothing of a message that is rejected', async () => {
  const { lines, pipeline } = setStage();
  await pipeline.ingest(makeSubmission({ content: 'Subject: x\n\r\nbody\r\n' }));
  assert.deepEqual(lines, []);
});
