// What a key is worth by itself: which requests are the same message, and which are not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hono } from 'hono';
import type { DoorEnv } from '../../src/http/http-door.ts';
import { parseIdempotencyKey, type RequestShape, toRequestKey, toShape } from '../../src/http/idempotency-key.ts';
import { digestTuple } from '../../src/mail/tuple-digest.ts';

const SHAPE: RequestShape = {
  mediaType: 'message/rfc822',
  contentType: 'message/rfc822',
  query: 'recipient=a@x.example',
  headers: new Map([['x-envelope-to', undefined]]),
  body: [Buffer.from('Subject: x\r\n\r\n')],
};

function digestOf(shape: Partial<RequestShape>): string {
  return digestTuple(toShape({ ...SHAPE, ...shape })).toString('hex');
}

test('Whatever shapes the message makes it another one', () => {
  const shapes: readonly Partial<RequestShape>[] = [
    {},
    { mediaType: 'application/octet-stream' },
    { query: 'recipient=b@x.example' },
    { headers: new Map([['x-envelope-to', 'a@x.example']]) },
    { headers: new Map([['x-envelope-from', 'a@x.example']]) },
    { headers: new Map([['x-envelope-from', 'b'], ['x-envelope-to', 'a']]) },
    { body: [Buffer.from('Subject: y\r\n\r\n')] },
    { body: [] },
  ];
  assert.equal(new Set(shapes.map(digestOf)).size, shapes.length);
});

test('How the bytes arrive, and in which order headers are read, makes no difference', () => {
  const headers = [['x-envelope-from', 'b'], ['x-envelope-to', 'a']] as const;
  const same: readonly Partial<RequestShape>[] = [
    { headers: new Map(headers), contentType: 'message/rfc822; charset=utf-8' },
    { headers: new Map(headers.toReversed()), body: [Buffer.from('Subject'), Buffer.from(': x\r\n\r\n')] },
  ];
  assert.equal(new Set(same.map(digestOf)).size, 1);
});

/** A form with one field. */
function formOf(boundary: string, value: string, quoted = false): Partial<RequestShape> {
  const text = `--${boundary}\r\nContent-Disposition: form-data; name="text"\r\n\r\n${value}\r\n--${boundary}--\r\n`;
  return {
    mediaType: 'multipart/form-data',
    contentType: `multipart/form-data; boundary=${quoted ? `"${boundary}"` : boundary}`,
    body: [Buffer.from(text)],
  };
}

test('A form that is sent again with another boundary is the same form', () => {
  const first = digestOf(formOf('----one', 'a'));
  assert.equal(digestOf(formOf('----one', 'a', true)), first);
  assert.equal(digestOf(formOf('two', 'a')), first);
  assert.notEqual(digestOf(formOf('----one', 'b')), first);
  assert.notEqual(digestOf(formOf('----one', '--two')), digestOf(formOf('two', '----one')));
  assert.notEqual(digestOf({ ...formOf('x', 'a'), contentType: 'multipart/form-data' }), first);
});

test('A key has 1 to 255 bytes, however it is written down', () => {
  const cases = [
    { text: '', encoding: 'latin1', bytes: undefined },
    { text: '\u00c3\u00bc', encoding: 'latin1', bytes: 'c3bc' },
    { text: '\u00fc', encoding: 'utf8', bytes: 'c3bc' },
    { text: 'k'.repeat(256), encoding: 'latin1', bytes: undefined },
    { text: '\u00fc'.repeat(128), encoding: 'utf8', bytes: undefined },
    { text: '\ud800', encoding: 'utf8', bytes: undefined },
  ] as const;
  for (const { text, encoding, bytes } of cases) {
    assert.equal(parseIdempotencyKey(text, encoding)?.toString('hex'), bytes);
  }
});

test('The same body at another operation is another message, and each recipient has an id of its own', async () => {
  const keys: ReturnType<typeof toRequestKey>[] = [];
  const app = new Hono<DoorEnv>().post('/*', (c) => {
    c.set('authentication', '');
    keys.push(toRequestKey(c, { key: Buffer.from('k'), shape: ['x'] }));
    return c.body(null);
  });
  for (const path of ['/v1/messages', '/v1/messages', '/v1/inject']) await app.request(path, { method: 'POST' });
  const [one, same, other] = keys;
  assert.deepEqual(one?.scope, other?.scope);
  assert.deepEqual(one?.body, same?.body);
  assert.notDeepEqual(one?.body, other?.body);
  const ids = keys.flatMap(({ idFor }) => [idFor('a@x.example'), idFor('b@x.example')]);
  assert.equal(new Set(ids).size, 4);
});
