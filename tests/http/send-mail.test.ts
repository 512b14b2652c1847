// POST /v1/mail/send: recipients of the header section without Bcc, the primary queue, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { toRefusal } from '../../src/mail/disposition.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { contentOf, createRecordingDoor, problemOf, send } from '../support/http-door.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { SETTINGS } from '../support/submissions.ts';

const OCTETS = { 'content-type': 'application/octet-stream' };
const FIELDS = 'From: S <s@x.example>\r\nTo: a@x.example\r\nX-Uuid: 0a1b\r\n';
const MAIL = `${FIELDS}Bcc: c@x.example\r\nCc: b@x.example\r\n\r\nbody\r\n`;

function sendMail(door: HttpDoor, body: string | Uint8Array, headers: { readonly [name: string]: string } = {}) {
  return send(door, '/v1/mail/send', { method: 'POST', headers: { ...OCTETS, ...headers }, body });
}

test('A mail is submitted for To, Cc and Bcc, without its Bcc, and answered with an empty 200', async () => {
  const { door, submissions } = createRecordingDoor();
  const response = await sendMail(door, MAIL);
  assert.deepEqual([response.status, await response.text()], [200, '']);
  assert.equal(response.headers.get('content-length'), '0');
  const [submission] = submissions;
  const rcptTo = ['a@x.example', 'c@x.example', 'b@x.example'].map((address) => ({ address }));
  assert.deepEqual(submission?.envelope, { mailFrom: 's@x.example', rcptTo });
  assert.equal(contentOf(submission), `${FIELDS}Cc: b@x.example\r\n\r\nbody\r\n`);
  assert.deepEqual([submission?.isUrgent, submission?.properties], [false, { uuid: '0a1b' }]);
});

const queues: readonly { primary: string | undefined; priority: string; queue: string }[] = [
  { primary: 'first', priority: '0', queue: 'first' },
  { primary: 'first', priority: '1', queue: 'inbox' },
  { primary: undefined, priority: '0', queue: 'inbox' },
];

for (const { primary, priority, queue } of queues) {
  test(`X-Priority ${priority} goes to ${queue} where the primary queue is ${primary ?? 'not set'}`, async () => {
    const { door } = createRecordingDoor();
    const outlet = createRecordingOutlet();
    const settings: PipelineSettings = { ...SETTINGS, addReceived: false, primary };
    const pipeline = createPipeline({ settings, outlet, log: door.log, nextId: () => 'ID' });
    assert.equal((await sendMail({ ...door, pipeline }, `X-Priority: ${priority}\r\n${MAIL}`)).status, 200);
    assert.deepEqual(outlet.records.map((record) => record.queue), [queue, queue, queue]);
    assert.deepEqual(outlet.parsed().map((record) => record['uuid']), ['0a1b', '0a1b', '0a1b']);
  });
}

const refused: readonly {
  name: string;
  body: string;
  headers?: { readonly [name: string]: string };
  status: number;
  code: string;
}[] = [
  { name: 'no body', body: '', status: 400, code: 'empty-body' },
  { name: 'no X-Uuid', body: 'To: a@x.example\r\n\r\n', status: 400, code: 'malformed-header' },
  { name: 'a bad X-Priority', body: `X-Priority: high\r\n${MAIL}`, status: 400, code: 'malformed-header' },
  { name: 'nobody to send to', body: 'From: s@x.example\r\nX-Uuid: a\r\n\r\n', status: 422, code: 'invalid-message' },
  { name: 'a bad Bcc', body: `Bcc: a@@x\r\n${MAIL}`, status: 422, code: 'invalid-message' },
  {
    name: 'another media type',
    body: MAIL,
    headers: { 'content-type': 'message/rfc822' },
    status: 415,
    code: 'unsupported-media-type',
  },
  { name: 'too many bytes', body: MAIL + 'x'.repeat(1000), status: 413, code: 'too-large' },
];

for (const { name, body, headers, status, code } of refused) {
  test(`A mail with ${name} is answered with ${status}`, async () => {
    const { door, submissions } = createRecordingDoor({ maxBytes: 1000 });
    const response = await sendMail(door, body, headers);
    assert.equal(response.status, status);
    assert.equal((await problemOf(response)).code, code);
    if (status === 415) assert.equal(response.headers.get('accept-post'), OCTETS['content-type']);
    assert.deepEqual(submissions, []);
  });
}

test('A mail that is not durable is answered with 503', async () => {
  const { door } = createRecordingDoor({
    ingest: () => Promise.resolve(toRefusal('not-durable', '4.3.0', { text: 'Later' })),
  });
  const response = await sendMail(door, MAIL);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '10');
});

test('A mail needs a login where one is configured', async () => {
  const authenticator = {
    authenticate: ({ username, password }: { readonly username: string; readonly password: string }) =>
      Promise.resolve(username === 'u' && password === 'p' ? 'accepted' as const : 'rejected' as const),
  };
  const { door, submissions } = createRecordingDoor({
    access: { credentials: { authenticator, allowsPlaintext: false } },
  });
  assert.equal((await sendMail(door, MAIL)).status, 401);
  assert.equal((await sendMail(door, MAIL, { authorization: `Basic ${btoa('u:x')}` })).status, 401);
  assert.equal((await sendMail(door, MAIL, { authorization: `Basic ${btoa('u:p')}` })).status, 200);
  assert.deepEqual(submissions.map(({ origin }) => origin.door === 'http' && origin.authentication), ['u']);
});
