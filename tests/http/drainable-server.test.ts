// One server under clients that send too much, too slowly or nothing more, and its two ways to end.

import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test } from 'node:test';
import { fetch as undiciFetch } from 'undici';
import { contentOf } from '../support/http-door.ts';
import { createGate, type DoorOptions, openHttpDoor, RAW_REQUEST } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

const oversize: readonly { name: string; head: string; wrap: (body: Buffer) => readonly (string | Buffer)[] }[] = [
  { name: 'with Content-Length', head: 'Content-Length: 20000000\r\n\r\n', wrap: (body) => [body] },
  {
    name: 'without Content-Length',
    head: 'Transfer-Encoding: chunked\r\n\r\n',
    wrap: (body) => [`${body.length.toString(16)}\r\n`, body, '\r\n0\r\n\r\n'],
  },
];

for (const { name, head, wrap } of oversize) {
  test(`A client that sends 20 MB too much ${name} can read its 413 after the last byte, and go on`, async (t) => {
    const { port, submissions } = await openHttpDoor(t);
    const client = await connectRaw(port);
    await client.write(RAW_REQUEST + head);
    for (const piece of wrap(Buffer.alloc(20_000_000, 'a'))) await client.write(piece);
    assert.match(await client.until(/"code":"too-large"/), /^HTTP\/1\.1 413 /);
    await client.write(`${RAW_REQUEST}Content-Length: 1\r\nConnection: close\r\n\r\nx`);
    assert.match(await client.toEnd(), /HTTP\/1\.1 202 /);
    assert.equal(submissions.length, 1);
  });
}

test('A client that never ends its refused body is cut off', async (t) => {
  const { port } = await openHttpDoor(t, { timeouts: { lingerMs: 1 } });
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 20000000\r\n\r\nx`);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 413 /);
});

test('A client that vanishes inside its body submits nothing and harms nobody', async (t) => {
  const { port, url, submissions, refused } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 100\r\nExpect: 100-continue\r\n\r\nabc`);
  await client.until(/^HTTP\/1\.1 100 /);
  client.socket.resetAndDestroy();
  await refused('incomplete-body');
  assert.deepEqual(submissions, []);
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
});

test('A client that vanishes while its message is being stored harms nobody', async (t) => {
  const gate = createGate();
  const { port, url, submissions, events } = await openHttpDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  client.socket.resetAndDestroy();
  gate.release();
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
  assert.equal(submissions.length, 1);
  assert.deepEqual(events.filter(({ event }) => event === 'gateway.fault'), []);
});

const slow: readonly { name: string; options: DoorOptions; bytes: string }[] = [
  { name: 'header section', options: { timeouts: { headersMs: 50 } }, bytes: 'POST /v1/messages HTTP/1.1\r\nHo' },
  { name: 'body', options: { bodyIdleTimeoutMs: 1 }, bytes: `${RAW_REQUEST}Content-Length: 100\r\n\r\nabc` },
];

for (const { name, options, bytes } of slow) {
  test(`A client that falls silent inside its ${name} gets 408 and is cut off`, async (t) => {
    const { port, submissions } = await openHttpDoor(t, { ...options, timeouts: { lingerMs: 1, ...options.timeouts } });
    const client = await connectRaw(port);
    await client.write(bytes);
    const answer = await client.toEnd();
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /"code":"request-timeout"/);
    assert.deepEqual(submissions, []);
  });
}

const dripping: readonly { name: string; timeouts: DoorOptions['timeouts']; head: string }[] = [
  { name: 'headers', timeouts: { headersMs: 100 }, head: 'POST /v1/messages HTTP/1.1\r\nX: ' },
  { name: 'body', timeouts: { headersMs: 100, requestMs: 200 }, head: `${RAW_REQUEST}Content-Length: 10000\r\n\r\n` },
];

for (const { name, timeouts = {}, head } of dripping) {
  test(`A client whose ${name} come byte by byte without end gets 408`, async (t) => {
    const { port, submissions } = await openHttpDoor(t, { timeouts: { lingerMs: 1, ...timeouts } });
    const client = await connectRaw(port);
    await client.write(head);
    const drip = setInterval(() => client.socket.write('x'), 5);
    t.after(() => clearInterval(drip));
    assert.match(await client.until(/HTTP\/1\.1 \d{3} /), /^HTTP\/1\.1 408 /);
    assert.deepEqual(submissions, []);
  });
}

test('Requests on one connection are answered in order', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(
    `${RAW_REQUEST}Content-Length: 1\r\n\r\na${RAW_REQUEST}Content-Length: 1\r\nConnection: close\r\n\r\nb`,
  );
  const answer = await client.toEnd();
  assert.equal(answer.match(/HTTP\/1\.1 202 /g)?.length, 2);
  assert.deepEqual(submissions.map(contentOf), ['a', 'b']);
});

test('Requests that are sent far ahead of their answers end the connection', async (t) => {
  const gate = createGate();
  const { port, url, listener, submissions } = await openHttpDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  await client.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(200));
  assert.equal(await client.toEnd().catch(() => ''), '');
  gate.release();
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
  await listener.drain();
  assert.equal(submissions.length, 1);
});

test('Requests that never got their turn hold up no end', async (t) => {
  const gate = createGate();
  const { port, listener } = await openHttpDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(
    `${RAW_REQUEST}Content-Length: 1\r\n\r\nx` + 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(9),
  );
  await gate.reached;
  client.socket.resetAndDestroy();
  gate.release();
  await listener.drain();
});

test('Drain refuses new connections, ends idle ones, and answers what is in flight', async (t) => {
  const gate = createGate();
  const { port, listener, url } = await openHttpDoor(t, { ingest: gate.ingest });
  const idle = await connectRaw(port);
  await idle.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await idle.until(/"live"/);
  const busy = await connectRaw(port);
  await busy.write(`${RAW_REQUEST}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  const drained = listener.drain();
  await idle.toEnd();
  await assert.rejects(undiciFetch(url));
  gate.release();
  const answer = await busy.toEnd();
  assert.match(answer, /^HTTP\/1\.1 202 /);
  assert.match(answer, /connection: close/i);
  await drained;
});

test('Drain lets a body that has begun arrive', async (t) => {
  const { port, listener, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 6\r\nExpect: 100-continue\r\n\r\n`);
  await client.until(/^HTTP\/1\.1 100 /);
  await client.write('abc');
  const drained = listener.drain();
  await client.write('def');
  assert.match(await client.toEnd(), /HTTP\/1\.1 202 /);
  assert.equal(contentOf(submissions[0]), 'abcdef');
  await drained;
});

test('Drain answers a connection that has not asked yet once, and ends it', async (t) => {
  const { port, listener, url } = await openHttpDoor(t);
  const client = await connectRaw(port);
  // Connections are accepted in order: when the second one has its answer, the first one has been accepted.
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
  const drained = listener.drain();
  await client.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const answer = await client.toEnd();
  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /connection: close/i);
  await drained;
});

test('Drain does not wait for a connection that never asks', async (t) => {
  const { port, listener, url } = await openHttpDoor(t, { timeouts: { unaskedMs: 1 } });
  const silent = await connectRaw(port);
  const slow = await connectRaw(port);
  await slow.write('GET /livez HTTP/1.1\r\nHo');
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
  await listener.drain();
  assert.equal(await silent.toEnd(), '');
  await slow.toEnd().catch(() => {});
});

test('Close cuts what is in flight', async (t) => {
  const gate = createGate();
  const { port, listener } = await openHttpDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  await listener.close();
  assert.equal(await client.toEnd().catch(() => ''), '');
  gate.release();
});

test('A client with an agent reuses its connection', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const post = () =>
    new Promise<number | undefined>((resolve, reject) => {
      const path = '/v1/messages?envelope=&recipient=r@x.example';
      const headers = { 'content-type': 'message/rfc822' };
      const options = { host: '127.0.0.1', port, path, method: 'POST', headers, agent };
      request(options, (response) => response.resume().once('end', () => resolve(response.statusCode)))
        .once('error', reject).end('x');
    });
  assert.deepEqual([await post(), await post()], [202, 202]);
  const ports = submissions.map(({ origin }) => origin.door === 'http' && origin.remotePort);
  assert.equal(ports[0], ports[1]);
});
