// The check step: what the checks are told of a message by each door, and what the pipeline makes of their results.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../src/checks/check.ts';
import type { CheckedMessage, Checker } from '../../src/checks/checker.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, SETTINGS, type SubmissionParts } from '../support/submissions.ts';

const RESULTS: readonly Check[] = [{ spf: 'fail', 'smtp.mailfrom': 'sender@example.com' }, { dkim: 'none' }];

async function ingest(parts: SubmissionParts) {
  const checked: CheckedMessage[] = [];
  const checker: Checker = {
    async run(message) {
      checked.push({ ...message, body: [...message.body] }); // the list is emptied later
      return RESULTS;
    },
  };
  const outlet = createRecordingOutlet();
  const settings = { ...SETTINGS, addReceived: false };
  const pipeline = createPipeline({ settings, outlet, log: createRecordingLog(), nextId: () => 'ID', checker });
  const disposition = await pipeline.ingest(makeSubmission(parts));
  return { disposition, checked, outlet };
}

test('checkMessage() checks a message once, whatever it finds, and its results are in every record', async () => {
  const { disposition, checked, outlet } = await ingest({
    content: 'Subject: x\r\n\r\nbody\r\n',
    recipients: ['a@example.org', 'b@example.org'],
  });
  assert.equal(disposition.outcome, 'accepted');
  const { header, body, ...rest } = checked[0] ?? assert.fail('not checked');
  assert.equal(checked.length, 1);
  assert.equal(Buffer.concat([header, ...body]).toString(), 'Subject: x\r\n\r\nbody\r\n');
  assert.equal(header.toString(), 'Subject: x\r\n\r\n');
  assert.deepEqual(rest, {
    client: { mailFrom: 'sender@example.com', helo: 'client.example.com', remoteIp: '198.51.100.7' },
    mta: 'mx.example.com',
    session: 's1',
  });
  assert.deepEqual(outlet.parsed().map(({ checks }) => checks), [RESULTS, RESULTS]);
});

test('checkMessage() knows no client of a message that comes by another door', async () => {
  for (const origin of [ORIGINS.http, ORIGINS.cli]) {
    assert.equal((await ingest({ origin })).checked[0]?.client, undefined);
  }
});

test('checkMessage() sees the sender of the dialogue, not the one that a header names', async () => {
  const content = 'x-mq-envelope: other@example.net\r\n\r\n';
  const { checked } = await ingest({ content });
  assert.equal(checked[0]?.client?.mailFrom, 'sender@example.com');
});

test('refused mail is not checked, nor is a message that goes no further', async () => {
  assert.equal((await ingest({ isRefused: true })).checked.length, 0);
  assert.equal((await ingest({ content: 'Subject: x\n\r\n' })).checked.length, 0);
});
