// Expect: 100-continue on a real connection: who is asked for a body, and who is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { contentOf } from '../support/http-door.ts';
import { openHttpDoor, RAW_REQUEST } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

test('A client that waits is asked for its body, and its connection goes on', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  for (const body of ['abc', 'def']) {
    await client.write(`${RAW_REQUEST}Content-Length: 3\r\nExpect: 100-continue\r\n\r\n`);
    await client.until(/HTTP\/1\.1 100 Continue\r\n\r\n$/);
    await client.write(body);
    await client.until(/"records".*$/);
  }
  client.socket.destroy();
  assert.deepEqual(submissions.map(contentOf), ['abc', 'def']);
});

const refused: readonly { name: string; request: string; status: number }[] = [
  { name: 'that is too long', request: `${RAW_REQUEST}Content-Length: 20000000\r\n`, status: 413 },
  { name: 'of an unknown type', request: `${RAW_REQUEST.replace('rfc822', 'x')}Content-Length: 3\r\n`, status: 415 },
  { name: 'from a web page', request: `${RAW_REQUEST}Origin: http://x.example\r\nContent-Length: 3\r\n`, status: 403 },
];

for (const { name, request, status } of refused) {
  test(`A client is not asked for a body ${name}, and its connection ends`, async (t) => {
    const { port, submissions } = await openHttpDoor(t, { timeouts: { lingerMs: 1 } });
    const client = await connectRaw(port);
    await client.write(`${request}Expect: 100-continue\r\n\r\n`);
    const answer = await client.toEnd();
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `));
    assert.match(answer, /^connection: close\r$/im);
    assert.deepEqual(submissions, []);
  });
}

test('A client that expects anything else is told that nobody does that', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 1\r\nConnection: close\r\nExpect: 200-maybe\r\n\r\nx`);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 417 /);
  assert.deepEqual(submissions, []);
});
