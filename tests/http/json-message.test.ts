// JSON messages: the shape, every property's type, and what is passed on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseJsonMessage } from '../../src/http/json-message.ts';
import type { MessageRequest } from '../../src/http/message-request.ts';

function parse(message: unknown): ReturnType<typeof parseJsonMessage> {
  return parseJsonMessage([Buffer.from(JSON.stringify(message))]);
}

function parseValid(message: unknown): MessageRequest {
  const parsed = parse(message);
  assert.ok(parsed.ok, JSON.stringify(parsed));
  return parsed.value;
}

function contentOf({ content }: MessageRequest): string {
  return Buffer.concat(content).toString('latin1');
}

const minimal = { recipient: 'a@b.example', mime: 'x: y\r\n' };

test('parseJsonMessage() reads a body that arrives in pieces, cut inside a character', () => {
  const body = Buffer.from(JSON.stringify({ ...minimal, mime: 'jürgen' }));
  const cut = body.indexOf(0xbc);
  const parsed = parseJsonMessage([body.subarray(0, cut), body.subarray(cut)]);
  assert.ok(parsed.ok);
  assert.equal(Buffer.concat(parsed.value.content).toString(), 'jürgen');
});

const senders: readonly { envelope: unknown; text: string | undefined }[] = [
  { envelope: undefined, text: undefined },
  { envelope: null, text: '' },
  { envelope: '', text: '' },
  { envelope: 's@b.example', text: 's@b.example' },
];

for (const { envelope, text } of senders) {
  test(`parseJsonMessage() reads envelope ${JSON.stringify(envelope)} as ${JSON.stringify(text)}`, () => {
    assert.equal(parseValid({ ...minimal, envelope }).sender?.text, text);
  });
}

test('parseJsonMessage() keeps the place of every recipient', () => {
  assert.deepEqual(parseValid(minimal).recipients, [{ text: 'a@b.example', place: { pointer: '/recipient' } }]);
  assert.deepEqual(parseValid({ recipients: ['a', 'b'], mime: 'x' }).recipients, [
    { text: 'a', place: { pointer: '/recipients/0' } },
    { text: 'b', place: { pointer: '/recipients/1' } },
  ]);
  assert.equal(parseValid({ mime: 'x' }).recipients, undefined);
});

const contents: readonly { name: string; message: { mime: string; 'mime-encoding'?: string }; bytes: string }[] = [
  { name: 'UTF-8', message: { mime: 'é' }, bytes: '\xc3\xa9' },
  { name: 'NUL', message: { mime: '\0' }, bytes: '\0' },
  { name: 'a byte order mark', message: { mime: '\ufeffx' }, bytes: '\xef\xbb\xbfx' },
  { name: 'base64', message: { mime: '/wD+', 'mime-encoding': 'base64' }, bytes: '\xff\0\xfe' },
  { name: 'base64 with one =', message: { mime: '/wA=', 'mime-encoding': 'base64' }, bytes: '\xff\0' },
  { name: 'base64 with two =', message: { mime: '/w==', 'mime-encoding': 'base64' }, bytes: '\xff' },
];

for (const { name, message, bytes } of contents) {
  test(`parseJsonMessage() decodes ${name}`, () => {
    assert.equal(contentOf(parseValid({ ...minimal, ...message })), bytes);
  });
}

for (const mime of ['/w', '/w=', '/x==', '/w==/w==', '/w==\r\n', ' /w==', '_-A=', '====', 'A===', 'a b c ===']) {
  test(`parseJsonMessage() refuses ${JSON.stringify(mime)} as base64`, () => {
    const parsed = parse({ ...minimal, mime, 'mime-encoding': 'base64' });
    assert.ok(!parsed.ok);
    assert.deepEqual(parsed.problem.errors, [
      { pointer: '/mime', detail: 'is not base64 (RFC 4648 section 4, without line breaks)' },
    ]);
  });
}

test('parseJsonMessage() passes on all further properties as they are, custom ones included', () => {
  const properties = {
    ips: ['192.0.2.1', '2001:db8::1'],
    pool: 'p',
    tags: ['a', 'b c'],
    data: { name: 'x', list: [1, { y: null }] },
    dsn: { notify: 'FAILURE', ret: 'HDRS', orcpt: 'rfc822;a@b.example', envid: '1', more: true },
    queues: { results: 'r', failure: null, dsn: 'd' },
    smarthost: { hostname: 'mx.example', port: 25, username: 'u', password: 'p' },
    nextattempt: { time: '2030-01-01 00:00:00' },
    maxdelivertime: '2030-01-01 00:00:00',
    maxattempts: 3,
    retries: [300, 600],
    inlinecss: true,
    keepmime: 1,
    force: false,
    priority: 255,
    security: 'verified',
    dkim: [{ domain: 'b.example', selector: 's', key: 'k' }],
    headers: { remove: ['X-A'], prepend: { 'X-B': 'b' }, update: { 'X-C': ['c', 'd'] } },
    constructor: 'custom',
    'my-custom': { any: ['thing', null] },
  };
  assert.deepEqual(parseValid({ ...minimal, envelope: 's@b.example', ...properties }).properties, properties);
});

const wrong: readonly { name: string; message: object; pointers: readonly string[] }[] = [
  { name: 'no mime', message: { mime: undefined }, pointers: ['/mime'] },
  { name: 'an empty mime', message: { mime: '' }, pointers: ['/mime'] },
  { name: 'a nested mime', message: { mime: { subject: 'x' } }, pointers: ['/mime'] },
  { name: 'a message to compose', message: { message: { subject: 'x' } }, pointers: ['/message'] },
  { name: 'recipient and recipients', message: { recipients: ['b@b.example'] }, pointers: ['/recipients'] },
  { name: 'no recipients', message: { recipient: undefined, recipients: [] }, pointers: ['/recipients'] },
  { name: 'a recipient object', message: { recipient: { address: 'x' } }, pointers: ['/recipient'] },
  {
    name: 'wrong recipients',
    message: { recipient: undefined, recipients: ['a', 1, null] },
    pointers: ['/recipients/1', '/recipients/2'],
  },
  { name: 'a numeric envelope', message: { envelope: 5 }, pointers: ['/envelope'] },
  { name: 'another mime-encoding', message: { 'mime-encoding': 'gzip' }, pointers: ['/mime-encoding'] },
  { name: 'a lone surrogate', message: { mime: '\ud800', envelope: '\udc00' }, pointers: ['/mime', '/envelope'] },
  { name: 'a priority of 256', message: { priority: 256 }, pointers: ['/priority'] },
  { name: 'a negative priority', message: { priority: -1 }, pointers: ['/priority'] },
  { name: 'half a priority', message: { priority: 1.5 }, pointers: ['/priority'] },
  { name: 'a priority in words', message: { priority: '1' }, pointers: ['/priority'] },
  { name: 'a host name among ips', message: { ips: ['192.0.2.1', 'mx.example'] }, pointers: ['/ips/1'] },
  { name: 'tags that are not texts', message: { tags: ['a', 1] }, pointers: ['/tags/1'] },
  { name: 'one tag', message: { tags: 'a' }, pointers: ['/tags'] },
  { name: 'a pool list', message: { pool: ['a'] }, pointers: ['/pool'] },
  { name: 'data that is a text', message: { data: 'x' }, pointers: ['/data'] },
  { name: 'a dsn list', message: { dsn: { notify: ['FAILURE'] } }, pointers: ['/dsn/notify'] },
  { name: 'a numeric queue', message: { queues: { results: 1 } }, pointers: ['/queues/results'] },
  { name: 'port 0', message: { smarthost: { port: 0 } }, pointers: ['/smarthost/port'] },
  { name: 'a bare time', message: { nextattempt: '2030-01-01' }, pointers: ['/nextattempt'] },
  { name: 'negative retries', message: { retries: [1, -1] }, pointers: ['/retries/1'] },
  { name: 'a flag in words', message: { force: 'yes' }, pointers: ['/force'] },
  { name: 'unknown security', message: { security: 'none' }, pointers: ['/security'] },
  { name: 'a dkim text', message: { dkim: 'x' }, pointers: ['/dkim'] },
  { name: 'numeric header values', message: { headers: { replace: { A: 1 } } }, pointers: ['/headers/replace/A'] },
  { name: 'a key instead of mime', message: { mime: undefined, key: 'k' }, pointers: ['/key', '/mime'] },
  ...[
    'message-id',
    'received',
    'hostname',
    'connection',
    'http',
    'cli',
    'checks',
    'refused',
    'report',
    'spam',
    'helo',
    'tls',
    'size',
    'sha256',
  ].map((name) => ({ name, message: { [name]: null }, pointers: [`/${name}`] })),
];

for (const { name, message, pointers } of wrong) {
  test(`parseJsonMessage() refuses ${name} and points at ${pointers.join(' ')}`, () => {
    const parsed = parse({ ...minimal, ...message });
    assert.ok(!parsed.ok);
    assert.equal(parsed.problem.code, 'invalid-message');
    assert.deepEqual(parsed.problem.errors?.map((error) => 'pointer' in error && error.pointer), pointers);
  });
}

test('parseJsonMessage() never repeats a value of the body, and bounds its list of faults', () => {
  const secrets = { pool: ['secret'], security: 'secret', priority: 'secret', envelope: ['secret'] };
  const parsed = parse({ ...secrets, mime: 'secret', recipients: Array.from({ length: 100 }, () => ['secret']) });
  assert.ok(!parsed.ok);
  assert.doesNotMatch(JSON.stringify(parsed.problem), /secret/);
  assert.equal(parsed.problem.errors?.length, 20);
});
