// What never becomes a request still gets a problem with a request id.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerAdapterError } from '../../src/http/client-error.ts';
import { createRecordingDoor, problemOf } from '../support/http-door.ts';
import { openHttpDoor, RAW_REQUEST } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

const malformed: readonly { name: string; bytes: string | Buffer; status: number; code: string }[] = [
  { name: 'a TLS hello', bytes: '\x16\x03\x01\x02\r\n\r\n', status: 400, code: 'malformed-request' },
  {
    name: 'no Host',
    bytes: 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    status: 400,
    code: 'malformed-request',
  },
  {
    name: 'raw bytes in the target',
    bytes: Buffer.from(RAW_REQUEST.replace('r@x', 'ö@x') + 'Content-Length: 1\r\n\r\nx'),
    status: 400,
    code: 'malformed-request',
  },
  {
    name: 'two lengths',
    bytes: `${RAW_REQUEST}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
    code: 'malformed-request',
  },
  {
    name: 'a header section of 70 kB',
    bytes: `GET /livez HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(70_000)}\r\n\r\n`,
    status: 431,
    code: 'header-too-large',
  },
];

for (const { name, bytes, status, code } of malformed) {
  test(`A request with ${name} gets a ${status} problem`, async (t) => {
    const { port, submissions, events } = await openHttpDoor(t);
    const client = await connectRaw(port);
    await client.write(bytes);
    const answer = await client.toEnd();
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, new RegExp(`"code":"${code}"`));
    assert.match(answer, /x-request-id: [\da-f-]{36}/);
    assert.match(answer, /content-type: application\/problem\+json/);
    assert.deepEqual(submissions, []);
    assert.equal(events.at(-1)?.fields['code'], code);
  });
}

test('A request with a header section of 60 kB is answered', async (t) => {
  const { port } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: ${'x'.repeat(60_000)}\r\n\r\n`);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 200 /);
});

test('A client that ends its side inside its body is written down once, as having left', async (t) => {
  const { port, events, refused, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 100\r\n\r\nabc`);
  client.socket.end();
  await refused('incomplete-body');
  await client.toEnd();
  assert.deepEqual(events.flatMap(({ fields }) => fields['code'] ?? []), ['incomplete-body']);
  assert.deepEqual(submissions, []);
});

test('A fault outside of the application is answered with a fixed text and logged', async () => {
  const { door, events } = createRecordingDoor();
  const response = answerAdapterError('secret cause', door.log);
  assert.equal(response.status, 500);
  const problem = await problemOf(response);
  assert.equal(problem.code, 'internal');
  assert.doesNotMatch(JSON.stringify(problem), /secret/);
  assert.equal(events[0]?.event, 'gateway.fault');
  assert.equal(events[0]?.fields['error'], 'secret cause');
});

test('HTTP/1.0 needs no Host to ask for the health, but to post at an open door', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const check = await connectRaw(port);
  await check.write('GET /readyz HTTP/1.0\r\n\r\n');
  assert.match(await check.toEnd(), /^HTTP\/1\.1 200 /);
  const post = RAW_REQUEST.replace('HTTP/1.1', 'HTTP/1.0') + 'Content-Length: 1\r\n\r\nx';
  const nameless = await connectRaw(port);
  await nameless.write(post.replace('Host: localhost\r\n', ''));
  assert.match(await nameless.toEnd(), /^HTTP\/1\.1 403 /);
  const named = await connectRaw(port);
  await named.write(post);
  assert.match(await named.toEnd(), /^HTTP\/1\.1 202 /);
  assert.equal(submissions.length, 1);
});
