// Every property of a JSON message: what passes into the record as it is, and what is refused where.

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

const minimal = { recipient: 'a@b.example', mime: 'x: y\r\n' };

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
  { name: 'mime and a message in parts', message: { message: { from: 'a@x.example' } }, pointers: ['/message'] },
  {
    name: 'an encoding for a message in parts',
    message: { mime: undefined, message: { from: 'a@x.example' }, 'mime-encoding': 'base64' },
    pointers: ['/mime-encoding'],
  },
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
