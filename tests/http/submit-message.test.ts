// POST /v1/messages without sockets: both forms, what is refused before and after the body, and the answer.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { ACCEPT_POST } from '../../src/http/submit-message.ts';
import { toRefusal } from '../../src/mail/disposition.ts';
import { createPipeline } from '../../src/pipeline/ingest.ts';
import { type EncodedRecord, STORED } from '../../src/queue/outlet.ts';
import { contentOf, createRecordingDoor, problemOf, send } from '../support/http-door.ts';

const JSON_TYPE = { 'content-type': 'application/json' };
const RAW_TYPE = { 'content-type': 'message/rfc822' };
const MESSAGE = { envelope: 's@x.example', recipient: 'r@x.example', mime: 'Subject: x\r\n\r\nbody\r\n' };
const RAW = 'From: s@x.example\r\nTo: r@x.example\r\n\r\nbody\r\n';

function postJson(door: HttpDoor, message: object): Promise<Response> {
  return send(door, '/v1/messages', { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(message) });
}

test('A JSON message is submitted with its origin and answered with the ids of its records', async () => {
  const { door, submissions, events } = createRecordingDoor();
  const { recipient: _, ...rest } = MESSAGE;
  const response = await postJson(door, { ...rest, recipients: ['a@x.example', 'hidden@x.example'], tags: ['t'] });
  assert.equal(response.status, 202);
  assert.equal(response.headers.get('content-type'), 'application/json');
  assert.deepEqual(await response.json(), {
    id: 'ID1',
    records: [
      { 'message-id': 'ID1', recipient: 'a@x.example', queue: 'inbox' },
      { 'message-id': 'ID2', recipient: 'hidden@x.example', queue: 'inbox' },
    ],
  });
  const [submission] = submissions;
  assert.equal(contentOf(submission), MESSAGE.mime);
  const { content: _content, lease: _lease, ...facts } = submission ?? {};
  assert.deepEqual(facts, {
    origin: { door: 'http', authentication: '', remoteIp: '127.0.0.1', remotePort: 40000, secure: false },
    trusted: true,
    hostname: 'gateway.example',
    sessionId: response.headers.get('x-request-id'),
    envelope: { mailFrom: 's@x.example', rcptTo: [{ address: 'a@x.example' }, { address: 'hidden@x.example' }] },
    properties: { tags: ['t'] },
  });
  assert.deepEqual(events, []);
});

test('A raw message is submitted byte for byte', async () => {
  const { door, submissions } = createRecordingDoor();
  const body = Buffer.from([...Array(256).keys()]);
  const path = '/v1/messages?envelope=&recipient=r%2Btag@x.example';
  const response = await send(door, path, { method: 'POST', headers: RAW_TYPE, body });
  assert.equal(response.status, 202);
  assert.equal(contentOf(submissions[0]), body.toString('latin1'));
  assert.deepEqual(submissions[0]?.envelope, { mailFrom: '', rcptTo: [{ address: 'r+tag@x.example' }] });
  assert.equal(submissions[0]?.properties, undefined);
});

test('Every form is named by Accept-Post', () => {
  assert.equal(ACCEPT_POST, 'application/json, message/rfc822, multipart/form-data, application/x-ndjson');
});

test('Both forms take the envelope from the header section when they give none', async () => {
  const { door, submissions } = createRecordingDoor();
  await send(door, '/v1/messages', { method: 'POST', headers: RAW_TYPE, body: RAW });
  await postJson(door, { mime: RAW });
  const envelope = { mailFrom: 's@x.example', rcptTo: [{ address: 'r@x.example' }] };
  assert.deepEqual(submissions.map((submission) => submission.envelope), [envelope, envelope]);
  assert.deepEqual(submissions.map(contentOf), [RAW, RAW]);
});

test('A message in parts is composed, and its envelope follows from its parts', async () => {
  const { door, submissions } = createRecordingDoor();
  const message = {
    from: 'S <s@x.example>',
    to: ['r@x.example'],
    bcc: 'hidden@x.example',
    subject: 'Hello',
    text: 'Hi.\n',
  };
  assert.equal((await postJson(door, { message, tags: ['t'] })).status, 202);
  assert.equal((await postJson(door, { message, envelope: '', recipient: 'other@x.example' })).status, 202);
  assert.deepEqual(submissions.map(({ envelope }) => envelope), [
    { mailFrom: 's@x.example', rcptTo: [{ address: 'r@x.example' }, { address: 'hidden@x.example' }] },
    { mailFrom: '', rcptTo: [{ address: 'other@x.example' }] },
  ]);
  assert.match(contentOf(submissions[0]), /^From: S <s@x\.example>\r\nTo: r@x\.example\r\nSubject: Hello\r\n/);
  assert.match(contentOf(submissions[0]), /\r\n\r\nHi\.\r\n$/);
  assert.doesNotMatch(contentOf(submissions[0]), /hidden@x\.example/);
  assert.deepEqual(submissions[0]?.properties, { tags: ['t'] });
});

test('Every address that a composed message names has to be valid, whatever the envelope says', async () => {
  const { door, submissions } = createRecordingDoor();
  const message = { from: 's', to: ['r@x.example', 'r@-x'], cc: 'c@x..example', bcc: ['b'] };
  const pointersOf = async (response: Response) => {
    const { errors = [] } = await problemOf(response);
    return errors.map((error) => (error as { pointer?: string }).pointer);
  };
  const bcc = '/message/bcc/0';
  const named = ['/message/from', '/message/to/1', '/message/cc'];
  const explicit = await postJson(door, { message: { ...message, bcc: [] }, envelope: '', recipient: 'a@x.example' });
  assert.deepEqual(await pointersOf(explicit), named);
  assert.deepEqual((await pointersOf(await postJson(door, { message }))).toSorted(), [...named, bcc].toSorted());
  assert.deepEqual(submissions, []);
});

test('A composed message is bounded like any other', async () => {
  const { door, submissions } = createRecordingDoor({ maxBytes: 10_000 });
  const message = { from: 's@x.example', to: 'r@x.example', text: 'ü'.repeat(3900) };
  const response = await postJson(door, { message });
  assert.equal(response.status, 413);
  assert.deepEqual(submissions, []);
});

const mediaTypes: readonly { type: string | undefined; status: number }[] = [
  { type: 'application/json', status: 202 },
  { type: 'Application/JSON; charset=UTF-8', status: 202 },
  { type: 'application/json;charset="utf-8"', status: 202 },
  { type: 'application/json; charset=iso-8859-1', status: 415 },
  { type: undefined, status: 415 },
  { type: '', status: 415 },
  { type: 'text/plain', status: 415 },
  { type: 'multipart/mixed; boundary=x', status: 415 },
  { type: 'application/ndjson', status: 415 },
  { type: 'application/x-www-form-urlencoded', status: 415 },
];

for (const { type, status } of mediaTypes) {
  test(`Content-Type ${type ?? '(none)'} is answered with ${status}`, async () => {
    const { door, submissions } = createRecordingDoor();
    const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
    const body = Buffer.from(JSON.stringify(MESSAGE)); // bytes, to which no client adds a type of its own
    const response = await send(door, '/v1/messages', { method: 'POST', headers, body });
    assert.equal(response.status, status);
    assert.equal(submissions.length, status === 202 ? 1 : 0);
    if (status === 415) assert.equal(response.headers.get('accept-post'), ACCEPT_POST);
  });
}

const refused: readonly {
  name: string;
  path?: string;
  headers: { readonly [name: string]: string };
  body?: string | Uint8Array;
  status: number;
  code: string;
}[] = [
  { name: 'no body', headers: JSON_TYPE, status: 400, code: 'empty-body' },
  { name: 'an empty body', headers: RAW_TYPE, body: '', status: 400, code: 'empty-body' },
  { name: 'bad JSON', headers: JSON_TYPE, body: '{', status: 400, code: 'malformed-json' },
  {
    name: 'bad UTF-8',
    headers: JSON_TYPE,
    body: Buffer.from('{"mime":"\xff"}', 'latin1'),
    status: 400,
    code: 'malformed-utf8',
  },
  {
    name: 'one bad recipient',
    headers: JSON_TYPE,
    body: '{"mime":"x","envelope":"","recipients":["a@b.example","b"]}',
    status: 422,
    code: 'invalid-message',
  },
  {
    name: 'an empty Idempotency-Key',
    headers: { ...JSON_TYPE, 'idempotency-key': '' },
    body: '{}',
    status: 400,
    code: 'malformed-header',
  },
  {
    name: 'the idempotency-key in the body',
    headers: JSON_TYPE,
    body: '{"mime":"x","envelope":"","recipient":"a@b.example","idempotency-key":"k"}',
    status: 422,
    code: 'invalid-message',
  },
  {
    name: 'a compressed body',
    headers: { ...JSON_TYPE, 'content-encoding': 'gzip' },
    body: '{}',
    status: 415,
    code: 'unsupported-content-encoding',
  },
  {
    name: 'a query beside JSON',
    path: '?envelope=a@b.example',
    headers: JSON_TYPE,
    body: '{}',
    status: 400,
    code: 'unexpected-parameter',
  },
  {
    name: 'an envelope header beside JSON',
    headers: { ...JSON_TYPE, 'x-envelope-to': 'a@b.example' },
    body: '{}',
    status: 400,
    code: 'unexpected-parameter',
  },
  { name: 'a body over the limit', headers: RAW_TYPE, body: 'x'.repeat(1_000_001), status: 413, code: 'too-large' },
  {
    name: 'the envelope twice',
    path: '?recipient=a@b.example',
    headers: { ...RAW_TYPE, 'x-envelope-from': '' },
    body: 'x',
    status: 400,
    code: 'ambiguous-envelope',
  },
];

for (const { name, path = '', headers, body, status, code } of refused) {
  test(`A request with ${name} is refused as ${status} ${code} and submits nothing`, async () => {
    const { door, submissions, events } = createRecordingDoor();
    const request = { method: 'POST', headers, ...(body === undefined ? {} : { body }) };
    const response = await send(door, `/v1/messages${path}`, request);
    assert.equal(response.status, status);
    assert.equal((await problemOf(response)).code, code);
    assert.deepEqual(submissions, []);
    assert.equal(events[0]?.fields['code'], code);
  });
}

test('A gateway that is shutting down takes no messages', async () => {
  const { door, submissions } = createRecordingDoor({ draining: () => true });
  const response = await postJson(door, MESSAGE);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '5');
  assert.equal((await problemOf(response)).code, 'draining');
  assert.deepEqual(submissions, []);
});

test('A refusal by the pipeline becomes its problem, and is not logged a second time', async () => {
  const refusal = toRefusal('not-durable', '4.3.0', { text: 'Message not stored', detail: 'secret' });
  const { door, events } = createRecordingDoor({ ingest: () => Promise.resolve(refusal) });
  const response = await postJson(door, MESSAGE);
  assert.equal(response.status, 503);
  assert.equal(response.headers.get('retry-after'), '10');
  assert.deepEqual(await response.json(), {
    type: '/problems/not-durable',
    title: 'Message not stored',
    status: 503,
    detail: 'Message not stored.',
    code: 'not-durable',
  });
  assert.deepEqual(events, []);
});

test('A message posted as JSON comes out of the real pipeline as it went in', async () => {
  const { door: recording } = createRecordingDoor();
  const published: EncodedRecord[] = [];
  const pipeline = createPipeline({
    settings: {
      addressPolicy: 'strict',
      lineEndings: 'reject',
      eightBit: 'base64',
      addReceived: false,
      inbox: 'inbox',
    },
    outlet: {
      publish(records) {
        published.push(...records);
        return Promise.resolve(records.map(() => STORED));
      },
      health: () => ({ ready: true, reasons: [] }),
      drain: () => Promise.resolve(),
      close: () => Promise.resolve(),
    },
    log: recording.log,
    nextId: () => 'ID',
  });
  const door = { ...recording, pipeline };
  const custom = { priority: 7, tags: ['a'], dsn: { notify: 'NEVER' }, 'my-custom': { a: [1, null] } };
  const bytes = Buffer.from('Subject: \xff\0\r\n\r\n', 'latin1');
  for (
    const message of [
      { ...MESSAGE, ...custom, mime: '\ufeffSubject: \0\r\n\r\nü\r\n' },
      { ...MESSAGE, ...custom, mime: bytes.toString('base64'), 'mime-encoding': 'base64' },
    ]
  ) {
    assert.equal((await postJson(door, message)).status, 202);
    const record = published.pop();
    assert.equal(record?.priority, 7);
    const { 'message-id': id, received: _, hostname, http, size: __, sha256: ___, ...rest } = JSON.parse(
      Buffer.concat(record?.body ?? []).toString(),
    );
    assert.deepEqual(rest, message);
    assert.equal(id, 'ID');
    assert.equal(hostname, 'gateway.example');
    assert.deepEqual(http, { authentication: '', 'remote-ip': '127.0.0.1', 'remote-port': 40000 });
  }
});
