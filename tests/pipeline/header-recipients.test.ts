// smtp-recipients: headers, through the whole pipeline: who gets a record, what is left of the message, and who is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Disposition } from '../../src/mail/disposition.ts';
import { MAX_ADDRESS_FIELDS } from '../../src/mail/header-addresses.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { decodeMime, readRecord } from '../support/read-record.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { createRecordingOutlet, type RecordingOutlet } from '../support/recording-outlet.ts';
import { makeSubmission, ORIGINS, RECEIVED_AT, SETTINGS, type SubmissionParts } from '../support/submissions.ts';

interface Run {
  readonly disposition: Disposition;
  readonly outlet: RecordingOutlet;
  readonly log: RecordingLog;
  /** How many ids were taken. */
  readonly ids: number;
}

/** What the submission is to say besides its content. */
interface Given {
  readonly settings?: Partial<PipelineSettings>;
  readonly parts?: SubmissionParts;
  readonly envelope?: Submission['envelope'];
}

async function ingest(content: string | Buffer, { settings, parts, envelope }: Given = {}): Promise<Run> {
  const outlet = createRecordingOutlet();
  const log = createRecordingLog();
  let ids = 0;
  const pipeline = createPipeline({
    settings: { ...SETTINGS, addReceived: false, recipientsFrom: 'headers', ...settings },
    outlet,
    log,
    nextId: () => `ID${ids++}`,
    now: () => RECEIVED_AT,
  });
  const submission = makeSubmission({ recipients: ['ignored@example.org'], ...parts, content: [Buffer.from(content)] });
  const disposition = await pipeline.ingest(envelope === undefined ? submission : { ...submission, envelope });
  return { disposition, outlet, log, ids };
}

const recipientsOf = ({ outlet }: Run) => outlet.records.map(({ recipient }) => recipient);
const mimeOf = ({ outlet }: Run) => decodeMime(readRecord(outlet.records[0]?.body ?? [])).toString('latin1');

const accepted: readonly { name: string; header: string; recipients: readonly string[]; given?: Given }[] = [
  {
    name: 'To, Cc and Bcc in the order in which they stand',
    header: 'Cc: c@x.example\r\nBcc: d@x.example\r\nTo: A <a@x.example>, b@x.example\r\n',
    recipients: ['c@x.example', 'd@x.example', 'a@x.example', 'b@x.example'],
  },
  { name: 'Bcc alone', header: 'Bcc: a@x.example\r\n', recipients: ['a@x.example'] },
  {
    name: 'repeated fields',
    header: 'To: a@x.example\r\nTo: b@x.example\r\n',
    recipients: ['a@x.example', 'b@x.example'],
  },
  {
    name: 'a mailbox once, whatever the case of its domain, and two where the local parts differ',
    header: 'To: a@x.example, A@x.example\r\nCc: a@X.EXAMPLE, "a"@x.example\r\nBcc: a@x.example\r\n',
    recipients: ['a@x.example', 'A@x.example', '"a"@x.example'],
  },
  {
    name: 'folded lines, comments and groups',
    header: 'to: friends: (x, y) a@x.example,\r\n\t"B, C" <b@x.example>;\r\n',
    recipients: ['a@x.example', 'b@x.example'],
  },
  { name: 'a bare postmaster', header: 'To: postmaster\r\n', recipients: ['postmaster'] },
  { name: 'addresses without a source route', header: 'To: <@r.example:a@x.example>\r\n', recipients: ['a@x.example'] },
  {
    name: 'as many as are taken',
    header: 'To: a@x.example, b@x.example, a@x.example\r\n',
    recipients: ['a@x.example', 'b@x.example'],
    given: { settings: { maxRecipients: 2 } },
  },
  {
    name: 'letters beyond ASCII where SMTPUTF8 was asked for',
    header: 'To: jörg@exämple.example\r\n',
    recipients: ['jörg@exämple.example'],
    given: { parts: { origin: { ...ORIGINS.smtp, protocol: 'UTF8SMTP' } } },
  },
  {
    name: 'what only the loose policy takes',
    header: 'To: a..b@x.example\r\n',
    recipients: ['a..b@x.example'],
    given: { settings: { addressPolicy: 'loose' } },
  },
];

for (const { name, header, recipients, given } of accepted) {
  test(`headers mode makes a record, with an id of its own, for ${name}`, async () => {
    const run = await ingest(`From: f@x.example\r\n${header}\r\nTo: body@x.example\r\n`, given);
    assert.deepEqual(recipientsOf(run), recipients);
    const expected = recipients.map((recipient, index) => ({ id: `ID${index}`, recipient, queue: 'inbox' }));
    assert.deepEqual(run.disposition, { outcome: 'accepted', records: expected });
    assert.equal(run.ids, recipients.length);
    for (const [index, { body }] of run.outlet.records.entries()) {
      const record = readRecord(body);
      assert.deepEqual([record['message-id'], record['recipient']], [`ID${index}`, recipients[index]]);
      assert.equal(record['envelope'], 'sender@example.com');
    }
  });
}

const refused: readonly { name: string; header: string; text: RegExp; given?: Given }[] = [
  { name: 'no recipient', header: 'Subject: x\r\n', text: /^No recipient/ },
  { name: 'empty fields', header: 'To:\r\nCc: undisclosed-recipients:;\r\n', text: /^No recipient/ },
  { name: 'a recipient in the body only', header: '', text: /^No recipient/ },
  {
    name: 'one bad address of three',
    header: 'To: a@x.example, b@-x, c@x.example\r\n',
    text: /^Bad recipient in To: /,
  },
  { name: 'a bad address in Bcc', header: 'To: a@x.example\r\nBcc: b\r\n', text: /^Bad recipient in Bcc: .* no @/ },
  { name: 'a name alone', header: 'CC: Jane Doe, a@x.example\r\n', text: /^Bad recipient in Cc: / },
  { name: 'two addresses without a comma', header: 'To: a@x.example b@x.example\r\n', text: /^Bad recipient in To: / },
  { name: 'an open quote', header: 'To: "a@x.example, b@x.example\r\n', text: /^Bad recipient in To: / },
  { name: 'a NUL', header: 'To: a\0@x.example\r\n', text: /^Bad recipient in To: / },
  { name: 'letters beyond ASCII without SMTPUTF8', header: 'To: jörg@x.example\r\n', text: /need SMTPUTF8/ },
  {
    name: 'what only the loose policy takes',
    header: 'To: a..b@x.example\r\n',
    text: /^Bad recipient in To: the local part/,
  },
  {
    name: 'a bad address, also where there are too many',
    header: 'To: a@x.example, b@x.example, c\r\n',
    text: /^Bad recipient/,
    given: { settings: { maxRecipients: 1 } },
  },
  {
    name: 'two addresses without a comma, also where the policy is loose',
    header: 'To: a@x.example b@x.example\r\n',
    text: /^Bad recipient in To: /,
    given: { settings: { addressPolicy: 'loose' } },
  },
  {
    name: 'fields too long to read',
    header: `To: ${'a@x.example, '.repeat(MAX_ADDRESS_FIELDS / 12)}\r\n`,
    text: /^The address fields exceed/,
  },
];

for (const { name, header, text, given } of refused) {
  test(`headers mode refuses ${name} with 5.1.3, and takes no id`, async () => {
    const { disposition, outlet, log, ids } = await ingest(`${header}\r\nTo: a@x.example\r\n`, given);
    assert.ok(disposition.outcome === 'rejected');
    assert.deepEqual([disposition.reason, disposition.status], ['header-recipients', '5.1.3']);
    assert.match(disposition.text, text);
    assert.deepEqual([outlet.records, ids], [[], 0]);
    const fields = { session: 's1', door: 'smtp', records: 1, reason: 'header-recipients', status: '5.1.3' };
    assert.deepEqual(log.events, [{ event: 'message.rejected', fields: { ...fields, detail: undefined } }]);
  });
}

test('headers mode defers a message for one recipient more than are taken', async () => {
  const header = 'To: a@x.example, b@x.example\r\nBcc: c@x.example\r\n';
  const { disposition, outlet } = await ingest(`${header}\r\n`, { settings: { maxRecipients: 2 } });
  assert.ok(disposition.outcome === 'deferred');
  assert.deepEqual([disposition.reason, disposition.status], ['too-many-recipients', '4.5.3']);
  assert.deepEqual(outlet.records, []);
});

const stripped: readonly { name: string; sent: string; published: string }[] = [
  {
    name: 'nothing without a Bcc',
    sent: 'To: a@x.example\r\nX: y\r\n\r\nBcc: b\r\n',
    published: 'To: a@x.example\r\nX: y\r\n\r\nBcc: b\r\n',
  },
  { name: 'a Bcc on top', sent: 'Bcc: a@x.example\r\nX: y\r\n\r\nb', published: 'X: y\r\n\r\nb' },
  { name: 'a Bcc at the end', sent: 'X: y\r\nBcc: a@x.example\r\n\r\nb', published: 'X: y\r\n\r\nb' },
  {
    name: 'every Bcc with its folded lines',
    sent:
      'Bcc: a@x.example,\r\n\tb@x.example\r\nTo: c@x.example\r\nBCC : d@x.example\r\n ,e@x.example\r\nBcc:\r\n\r\nb',
    published: 'To: c@x.example\r\n\r\nb',
  },
  {
    name: 'nothing of what only looks like it',
    sent: 'To: a@x.example\r\nX-Bcc: b\r\nBccc: c\r\nX: y\r\n Bcc: d\r\nResent-Bcc: e\r\n\r\nBcc: f\r\n',
    published: 'To: a@x.example\r\nX-Bcc: b\r\nBccc: c\r\nX: y\r\n Bcc: d\r\nResent-Bcc: e\r\n\r\nBcc: f\r\n',
  },
  { name: 'a Bcc that is the whole message', sent: 'Bcc: a@x.example', published: '' },
  {
    name: 'Bcc among bytes that are no text',
    sent: 'X: \xff\x00\r\nBcc: a@x.example\r\nY: \xfe\r\n\r\n\x80',
    published: 'X: \xff\x00\r\nY: \xfe\r\n\r\n\x80',
  },
];

for (const { name, sent, published } of stripped) {
  test(`headers mode takes out ${name}, and no other byte`, async () => {
    assert.equal(mimeOf(await ingest(Buffer.from(sent, 'latin1'))), published);
  });
}

test('headers mode names the first id in Received, and no recipient', async () => {
  const run = await ingest('Bcc: a@x.example, b@x.example\r\n\r\n', { settings: { addReceived: true } });
  assert.match(mimeOf(run), /^Received: [^;]+ id ID0;\r\n[^:]+:\d\d:\d\d \+0000\r\n\r\n$/);
});

test('headers mode routes each recipient for itself', async () => {
  const localAddresses = () => ({ isEmpty: false, includes: (address: string) => address.startsWith('local') });
  const run = await ingest('To: local@x.example, other@x.example\r\n\r\n', {
    settings: { local: 'here', localAddresses },
  });
  assert.deepEqual(run.outlet.records.map(({ queue }) => queue), ['here', 'inbox']);
});

const urgent: readonly { header: string; settings: Partial<PipelineSettings>; queue: string }[] = [
  { header: 'X-Priority: 0\r\n', settings: { primary: 'first' }, queue: 'first' },
  { header: 'X-Priority: 0\r\n', settings: {}, queue: 'inbox' },
  { header: 'X-Priority: 1\r\n', settings: { primary: 'first' }, queue: 'inbox' },
  { header: 'X-Priority: high\r\n', settings: { primary: 'first' }, queue: 'inbox' },
  { header: '', settings: { primary: 'first' }, queue: 'inbox' },
  { header: 'X-Priority: 0\r\n', settings: { primary: 'first', recipientsFrom: 'envelope' }, queue: 'inbox' },
];

for (const { header, settings, queue } of urgent) {
  test(`headers mode sends ${JSON.stringify(header)} with ${JSON.stringify(settings)} to ${queue}`, async () => {
    const { outlet } = await ingest(`To: a@x.example\r\n${header}\r\nX-Priority: 0\r\n`, { settings });
    assert.deepEqual(outlet.records.map((record) => record.queue), [queue]);
  });
}

test('headers mode keeps what DSN says about the message, and not what it says about the ignored recipient', async () => {
  const dsn = { notify: 'NEVER', orcpt: 'rfc822;ignored@example.org', ret: 'HDRS', envid: 'QQ1' };
  const envelope = { mailFrom: '', rcptTo: [{ address: 'ignored@example.org', dsn }] };
  const { outlet } = await ingest('To: a@x.example, b@x.example\r\n\r\n', { envelope });
  const wanted = { ret: 'HDRS', envid: 'QQ1' };
  assert.deepEqual(outlet.parsed().map((record) => record['dsn']), [wanted, wanted]);
});

const untouched: readonly { name: string; given: Given }[] = [
  { name: 'recipients come from the envelope', given: { settings: { recipientsFrom: 'envelope' } } },
  { name: 'the session is not trusted', given: { parts: { trusted: false } } },
  { name: 'the mail came by HTTP', given: { parts: { origin: ORIGINS.http } } },
  { name: 'the mail came from the command line', given: { parts: { origin: ORIGINS.cli } } },
];

for (const { name, given } of untouched) {
  test(`The envelope counts and Bcc stays where ${name}`, async () => {
    const content = 'To: a@x.example\r\nBcc: b\r\n\r\n';
    const run = await ingest(content, given);
    assert.deepEqual(recipientsOf(run), ['ignored@example.org']);
    assert.equal(mimeOf(run), content);
  });
}

test('Refused mail keeps its envelope and its Bcc', async () => {
  const parts = { trusted: false, isRefused: true };
  const run = await ingest('Bcc: b@x.example\r\n\r\n', { parts, settings: { refused: 'refused' } });
  assert.deepEqual(recipientsOf(run), ['ignored@example.org']);
  assert.equal(mimeOf(run), 'Bcc: b@x.example\r\n\r\n');
});
