// Which messages are examined for being reports, and where what they say ends up.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { examineReport } from '../../src/pipeline/report-step.ts';
import { splitHeader } from '../../src/pipeline/header-scan.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { makeDraft, makeSubmission, SETTINGS } from '../support/submissions.ts';

const BOUNCE = [
  'From: MAILER-DAEMON@mx.example.net',
  'To: info@example.org',
  'Subject: Undelivered',
  'MIME-Version: 1.0',
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b',
  '',
  '--b',
  'Content-Type: text/plain',
  '',
  'It did not work.',
  '--b',
  'Content-Type: message/delivery-status',
  '',
  'Reporting-MTA: dns; mx.example.net',
  '',
  'Final-Recipient: rfc822; gone@example.net',
  'Action: failed',
  'Status: 5.1.1',
  'Diagnostic-Code: smtp; 550 5.1.1 no such user',
  '--b--',
  '',
].join('\r\n');
const ORDINARY = 'Subject: hello\r\n\r\nNothing to report.\r\n';

const localAddresses = () => ({ isEmpty: false, includes: (address: string) => address === 'info@example.org' });

interface Case {
  readonly name: string;
  readonly content?: string;
  readonly recipients?: readonly string[];
  readonly settings: Partial<PipelineSettings>;
  readonly type: string | undefined;
}

const cases: readonly Case[] = [
  { name: 'a bounce for a local address', settings: { reports: 'r', localAddresses }, type: 'dsn' },
  { name: 'a bounce where no queue is for reports', settings: { localAddresses }, type: undefined },
  { name: 'a bounce for somebody else', settings: { reports: 'r' }, type: undefined },
  {
    name: 'a bounce for somebody else where all are examined',
    settings: { reports: 'r', reportsFrom: 'all' },
    type: 'dsn',
  },
  { name: 'ordinary mail', content: ORDINARY, settings: { reports: 'r', reportsFrom: 'all' }, type: undefined },
];

for (const { name, content = BOUNCE, settings, type } of cases) {
  test(`examineReport() of ${name} finds ${type ?? 'no report'}`, async () => {
    const draft = makeDraft({ content, mailFrom: '' });
    splitHeader(draft);
    await examineReport(draft, { ...SETTINGS, ...settings });
    assert.equal(draft.report?.type, type);
  });
}

function createParts(settings: Partial<PipelineSettings>) {
  const outlet = createRecordingOutlet();
  let count = 0;
  const pipeline = createPipeline({
    settings: { ...SETTINGS, ...settings },
    outlet,
    log: createRecordingLog(),
    nextId: () => `ID${count++}`,
  });
  return { outlet, pipeline };
}

test('A report goes to its queue with what was read from it, and the copy of others stays mail', async () => {
  const { outlet, pipeline } = createParts({ reports: 'r', localAddresses });
  const recipients = ['info@example.org', 'other@example.com'];
  const disposition = await pipeline.ingest(makeSubmission({ content: BOUNCE, mailFrom: '', recipients }));
  assert.equal(disposition.outcome, 'accepted');
  const [report, mail] = outlet.records.map(({ queue, body }) => ({
    queue,
    record: JSON.parse(Buffer.concat(body).toString()),
  }));
  assert.equal(report?.queue, 'r');
  assert.equal(report?.record.report.type, 'dsn');
  assert.equal(report?.record.report.recipients[0].status, '5.1.1');
  assert.deepEqual([mail?.queue, mail?.record.report], ['inbox', undefined]);
});

test('A report from a stranger is accepted where all messages are examined, other mail is not', async () => {
  const { outlet, pipeline } = createParts({ reports: 'r', reportsFrom: 'all', requiresAuthentication: true });
  const stranger = { trusted: false, isRefused: true, mailFrom: '' } as const;
  assert.equal(pipeline.admitRecipient('info@example.org', { trusted: false }), 'refused');
  assert.equal((await pipeline.ingest(makeSubmission({ ...stranger, content: BOUNCE }))).outcome, 'accepted');
  assert.equal((await pipeline.ingest(makeSubmission({ ...stranger, content: ORDINARY }))).outcome, 'rejected');
  assert.deepEqual(outlet.records.map(({ queue }) => queue), ['r']);
});
