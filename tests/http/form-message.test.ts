// POST /v1/messages as a form: what the real FormData of the runtime sends, every refusal, and hostile names and values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { contentOf, createRecordingDoor, problemOf, send } from '../support/http-door.ts';

type Field = readonly [name: string, value: string | Uint8Array, filename?: string, type?: string];

/** Encodes by the runtime's own FormData. */
async function encode(fields: readonly Field[]): Promise<{ readonly body: Uint8Array; readonly type: string }> {
  const form = new FormData();
  for (const [name, value, filename, type] of fields) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, new Blob([new Uint8Array(value)], { type: type ?? '' }), filename ?? '');
  }
  const request = new Request('http://localhost/', { method: 'POST', body: form });
  return { body: new Uint8Array(await request.arrayBuffer()), type: request.headers.get('content-type') ?? '' };
}

async function post(door: HttpDoor, fields: readonly Field[], path = '/v1/messages'): Promise<Response> {
  const { body, type } = await encode(fields);
  return await send(door, path, { method: 'POST', headers: { 'content-type': type }, body });
}

/** Posts parts by the byte, for what no FormData would send. */
function postRaw(door: HttpDoor, parts: readonly string[]): Promise<Response> {
  const body = `${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`;
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  return send(door, '/v1/messages', { method: 'POST', headers, body: Buffer.from(body, 'latin1') });
}

const FROM: Field = ['from', 'S <s@x.example>'];
const TO: Field = ['to', 'r@x.example'];
const RAW = 'From: s@x.example\r\nTo: r@x.example\r\nBcc: hidden@x.example\r\n\r\n\xff\r\n';
const MESSAGE: Field = ['message', Buffer.from(RAW, 'latin1'), 'mail.eml', 'message/rfc822'];

test('A form is composed into a message, and its envelope follows from its fields', async () => {
  const { door, submissions } = createRecordingDoor();
  const response = await post(door, [
    FROM,
    TO,
    ['to', 'Jörg <j@x.example>'],
    ['cc', 'c@x.example'],
    ['bcc', 'hidden@x.example'],
    ['subject', 'Grüße'],
    ['text', 'Hello.\nBye.\n'],
    ['html', '<p>Hello.</p>'],
    ['attachment', Buffer.from('GIF89a'), 'a "b".gif', 'image/gif'],
    ['attachment', Buffer.from([0, 255]), 'ü.bin'],
  ]);
  assert.equal(response.status, 202);
  const [submission] = submissions;
  const rcptTo = ['r@x.example', 'j@x.example', 'c@x.example', 'hidden@x.example'].map((address) => ({ address }));
  assert.deepEqual(submission?.envelope, { mailFrom: 's@x.example', rcptTo });
  const content = contentOf(submission);
  assert.match(content, /^From: S <s@x\.example>\r\nTo: r@x\.example, =\?UTF-8\?/);
  assert.match(
    content,
    /\r\nContent-Type: image\/gif; [^\r]+\r\n(?:[^\r]+\r\n)*[^\r]+filename\*0\*=utf-8''a%20%22b%22\.gif\r\n/,
  );
  assert.match(content, /filename\*0\*=utf-8''%C3%BC\.bin/);
  assert.match(content, /\r\nHello\.\r\nBye\.\r\n/);
  assert.ok(content.includes(Buffer.from([0, 255]).toString('base64')));
  assert.doesNotMatch(content, /hidden@x\.example/);
});

test('A form with a ready message passes it on byte for byte, with the envelope of its header section or its own', async () => {
  const { door, submissions } = createRecordingDoor();
  assert.equal((await post(door, [MESSAGE])).status, 202);
  const named: Field[] = [['envelope', ''], ['recipient', 'a@x.example'], ['recipient', 'z@x.example']];
  assert.equal((await post(door, [...named, MESSAGE])).status, 202);
  assert.deepEqual(submissions.map(({ envelope }) => [envelope.mailFrom, ...envelope.rcptTo.map((to) => to.address)]), [
    ['s@x.example', 'r@x.example', 'hidden@x.example'],
    ['', 'a@x.example', 'z@x.example'],
  ]);
  assert.deepEqual(submissions.map(contentOf), [RAW.replace('Bcc: hidden@x.example\r\n', ''), RAW]);
});

test('A form in parts may name another envelope', async () => {
  const { door, submissions } = createRecordingDoor();
  const fields: Field[] = [FROM, TO, ['envelope', 'bounces@x.example'], ['recipient', 'other@x.example']];
  assert.equal((await post(door, fields)).status, 202);
  const rcptTo = [{ address: 'other@x.example' }];
  assert.deepEqual(submissions[0]?.envelope, { mailFrom: 'bounces@x.example', rcptTo });
});

const refused: readonly {
  name: string;
  fields: readonly Field[];
  path?: string;
  status: number;
  code: string;
  pointers?: readonly string[];
}[] = [
  { name: 'no field', fields: [], status: 422, code: 'invalid-message', pointers: ['/from'] },
  { name: 'no recipient', fields: [FROM], status: 422, code: 'invalid-message', pointers: ['/recipients'] },
  {
    name: 'unknown fields',
    fields: [FROM, TO, ['sbject', 'x'], ['__proto__', 'x']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/sbject', '/__proto__'],
  },
  {
    name: 'parts beside a message',
    fields: [FROM, TO, MESSAGE],
    status: 422,
    code: 'invalid-message',
    pointers: ['/from', '/to'],
  },
  {
    name: 'unknown fields beside a message',
    fields: [MESSAGE, ['x', 'y']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/x'],
  },
  {
    name: 'an empty message',
    fields: [['message', Buffer.alloc(0), 'x']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/message'],
  },
  {
    name: 'two addresses in one field',
    fields: [FROM, ['to', 'a@x.example, hidden@x.example']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/to/0'],
  },
  {
    name: 'bad addresses',
    fields: [['from', 's'], ['to', 'r@x.example'], ['to', 'r@-x'], ['bcc', 'b']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/from', '/to/1', '/bcc/0'],
  },
  {
    name: 'a line break in the subject',
    fields: [FROM, TO, ['subject', 'x\r\nBcc: v@x.example']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/subject'],
  },
  {
    name: 'an attachment that is no file',
    fields: [FROM, TO, ['attachment', 'text']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/attachment/0/filename'],
  },
  {
    name: 'an attachment that is a container',
    fields: [FROM, TO, ['attachment', Buffer.from('x'), 'f', 'multipart/mixed']],
    status: 422,
    code: 'invalid-message',
    pointers: ['/attachment/0/contentType'],
  },
  {
    name: 'too many attachments',
    fields: [FROM, TO, ...Array.from({ length: 1001 }, (): Field => ['attachment', Buffer.from('x'), 'f'])],
    status: 422,
    code: 'invalid-message',
    pointers: ['/attachment'],
  },
  {
    name: 'a subject twice',
    fields: [FROM, TO, ['subject', 'a'], ['subject', 'b']],
    status: 400,
    code: 'duplicate-property',
    pointers: ['/subject'],
  },
  { name: 'two messages', fields: [MESSAGE, MESSAGE], status: 400, code: 'duplicate-property', pointers: ['/message'] },
  {
    name: 'an envelope in the query',
    fields: [MESSAGE],
    path: '/v1/messages?envelope=',
    status: 400,
    code: 'unexpected-parameter',
  },
];

for (const { name, fields, path, status, code, pointers } of refused) {
  test(`A form with ${name} is answered with ${status}`, async () => {
    const { door, submissions } = createRecordingDoor();
    const response = await post(door, fields, path);
    const problem = await problemOf(response);
    assert.deepEqual([response.status, problem.code], [status, code]);
    const found = problem.errors?.map((error) => (error as { pointer?: string }).pointer);
    assert.deepEqual(found?.toSorted(), pointers?.toSorted());
    assert.deepEqual(submissions, []);
  });
}

const utf8: readonly { name: string; part: string; status: number }[] = [
  { name: 'UTF-8', part: 'Content-Disposition: form-data; name="subject"\r\n\r\n\xc3\xbc', status: 202 },
  { name: 'Latin-1', part: 'Content-Disposition: form-data; name="subject"\r\n\r\n\xfc', status: 400 },
  {
    name: 'an encoded surrogate',
    part: 'Content-Disposition: form-data; name="text"\r\n\r\n\xed\xa0\x80',
    status: 400,
  },
  { name: 'an overlong NUL', part: 'Content-Disposition: form-data; name="text"\r\n\r\n\xc0\x80', status: 400 },
  {
    name: 'a claim of UTF-8',
    part: 'Content-Disposition: form-data; name="text"\r\nContent-Type: text/plain; charset="UTF-8"\r\n\r\n\xc3\xbc',
    status: 202,
  },
  {
    name: 'a claim of another charset',
    part: 'Content-Disposition: form-data; name="text"\r\nContent-Type: text/plain; charset=utf-16\r\n\r\nab',
    status: 400,
  },
];

for (const { name, part, status } of utf8) {
  test(`A field in ${name} is answered with ${status}`, async () => {
    const { door } = createRecordingDoor();
    const given = ['from', 'to'].map((field) => `Content-Disposition: form-data; name="${field}"\r\n\r\na@x.example`);
    const response = await postRaw(door, [...given, part]);
    assert.equal(response.status, status);
    if (status === 400) assert.equal((await problemOf(response)).code, 'malformed-utf8');
  });
}

test('A form without a usable boundary is refused', async () => {
  const { door } = createRecordingDoor();
  for (
    const type of ['multipart/form-data', 'multipart/form-data; boundary=', 'multipart/form-data; boundary="a\tb"']
  ) {
    const response = await send(door, '/v1/messages', {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from('--b--'),
    });
    assert.equal((await problemOf(response)).code, 'malformed-form', type);
  }
});

const HOSTILE = [
  '',
  ' ',
  '"',
  '\\',
  '%22',
  '%00',
  '%0d%0aBcc: v@x.example',
  '../../etc/passwd',
  'C:\\x',
  '\u0000',
  '\u202egnp.exe',
  'a'.repeat(5000),
  'x'.repeat(900),
  '__proto__',
  'constructor',
  'toString',
  '=?utf-8?q?=0d=0aBcc:_v@x.example?=',
  'ＮＵＬ',
  '\u{1f4a9}'.repeat(200),
  'a@b.example\r\nBcc: v@x.example',
  "'; drop table records; --",
  '${x}{{x}}',
  'to[]',
  'to[0]',
];

test('Hostile names, values, filenames and types are taken or refused, never a fault, and break out of no header', async () => {
  for (const text of HOSTILE) {
    const forms: Field[][] = [
      [FROM, TO, [text, 'x']],
      [FROM, TO, [text, Buffer.from('x'), text, text]],
      [FROM, TO, ['attachment', Buffer.from('x'), text]],
      [FROM, TO, ['attachment', Buffer.from('x'), 'f', text]],
      ...['from', 'to', 'cc', 'bcc', 'subject', 'text', 'html', 'envelope', 'recipient', 'message']
        .map((name): Field[] => [...[FROM, TO].filter(([known]) => known !== name), [name, text]]),
    ];
    for (const form of forms) {
      const { door, submissions, events } = createRecordingDoor();
      const response = await post(door, form);
      assert.ok([202, 400, 422].includes(response.status), `${JSON.stringify(text)}: ${response.status}`);
      assert.ok(events.every(({ event }) => event !== 'gateway.fault'), JSON.stringify(text));
      if (form.some(([name]) => name === 'text' || name === 'html' || name === 'message')) continue;
      assert.doesNotMatch(submissions.map(contentOf).join(''), /\r\nBcc:/i, JSON.stringify(text));
    }
  }
});
