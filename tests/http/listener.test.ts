// The HTTP door on real sockets: libraries' clients and bytes by hand, early answers, slow clients, drain and close.

import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { test, type TestContext } from 'node:test';
import { fetch as undiciFetch, FormData } from 'undici';
import { createApp } from '../../src/http/app.ts';
import type { HttpTimeouts } from '../../src/http/drainable-server.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { listenHttp } from '../../src/http/listener.ts';
import type { Disposition } from '../../src/mail/disposition.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { accept, contentOf, createRecordingDoor } from '../support/http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

type DoorOptions = Partial<HttpDoor> & {
  readonly ingest?: (submission: Submission) => Promise<Disposition>;
  readonly timeouts?: Partial<HttpTimeouts>;
};

async function openDoor(t: TestContext, { timeouts = {}, ...options }: DoorOptions = {}) {
  const recording = createRecordingDoor({ maxBytes: 100_000, ...options });
  const { log } = recording.door;
  const listener = await listenHttp({
    app: createApp(recording.door),
    addresses: ['127.0.0.1'],
    ports: [0],
    log,
    timeouts,
  });
  t.after(() => listener.close());
  const port = listener.bound[0]?.port ?? 0;
  return { ...recording, listener, port, url: `http://127.0.0.1:${port}/v1/messages` };
}

const START =
  'POST /v1/messages?envelope=&recipient=r@x.example HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\n';

/** Resolves at the first call of `call`; what `call` returns is up to `release`. */
function createGate(): {
  readonly reached: Promise<void>;
  release(): void;
  ingest(s: Submission): Promise<Disposition>;
} {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    release: released.resolve,
    async ingest(submission) {
      reached.resolve();
      await released.promise;
      return await accept(submission);
    },
  };
}

test('The door takes JSON and raw messages from undici', async (t) => {
  const { url, submissions, port, events } = await openDoor(t);
  const json = await undiciFetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ envelope: '', recipient: 'r@x.example', mime: '\ufeffü' }),
  });
  assert.equal(json.status, 202);
  const raw = await undiciFetch(`${url}?envelope=&recipient=r@x.example`, {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body: Buffer.alloc(100_000, '\xff', 'latin1'),
  });
  assert.equal(raw.status, 202);
  assert.deepEqual(submissions.map((each) => contentOf(each).slice(0, 5)), ['\xef\xbb\xbf\xc3\xbc', '\xff'.repeat(5)]);
  const [first] = submissions;
  assert.ok(first?.origin.door === 'http');
  assert.equal(first.origin.remoteIp, '127.0.0.1');
  assert.ok(first.origin.remotePort > 0);
  assert.deepEqual(events[0], { event: 'http.listening', fields: { address: '127.0.0.1', port } });
});

test('The door refuses a form from undici with 415', async (t) => {
  const { url } = await openDoor(t);
  const form = new FormData();
  form.set('from', 'a@x.example');
  const response = await undiciFetch(url, { method: 'POST', body: form });
  assert.equal(response.status, 415);
  assert.equal(response.headers.get('accept-post'), 'application/json, message/rfc822');
  await response.arrayBuffer();
});

test('The door takes a chunked body whose chunks come one by one, cut anywhere', async (t) => {
  const { port, submissions } = await openDoor(t);
  const client = await connectRaw(port);
  await client.write(`${START}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nab: `);
  for (const piece of ['c\r\n', '2\r', '\n\r\n\r\n', '0\r\n', '\r\n']) await client.write(piece);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 202 /);
  assert.equal(contentOf(submissions[0]), 'ab: c\r\n');
});

test('The door reads X-Envelope headers as UTF-8 and repeated ones as a list', async (t) => {
  const { port, submissions } = await openDoor(t);
  const client = await connectRaw(port);
  await client.write(
    'POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\nX-Envelope-From: jö@x.example\r\n' +
      'X-Envelope-To: a@x.example\r\nX-Envelope-To: ü@x.example\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx',
  );
  assert.match(await client.toEnd(), /^HTTP\/1\.1 202 /);
  assert.deepEqual(submissions[0]?.envelope, {
    mailFrom: 'jö@x.example',
    rcptTo: [{ address: 'a@x.example' }, { address: 'ü@x.example' }],
  });
});

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
    const { port, submissions } = await openDoor(t);
    const client = await connectRaw(port);
    await client.write(START + head);
    for (const piece of wrap(Buffer.alloc(20_000_000, 'a'))) await client.write(piece);
    assert.match(await client.until(/"code":"too-large"/), /^HTTP\/1\.1 413 /);
    await client.write(`${START}Content-Length: 1\r\nConnection: close\r\n\r\nx`);
    assert.match(await client.toEnd(), /HTTP\/1\.1 202 /);
    assert.equal(submissions.length, 1);
  });
}

test('A client that never ends its refused body is cut off', async (t) => {
  const { port } = await openDoor(t, { timeouts: { lingerMs: 1 } });
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 20000000\r\n\r\nx`);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 413 /);
});

test('A client that vanishes inside its body submits nothing and harms nobody', async (t) => {
  const { port, url, submissions, refused } = await openDoor(t);
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 100\r\nExpect: 100-continue\r\n\r\nabc`);
  await client.until(/^HTTP\/1\.1 100 /);
  client.socket.resetAndDestroy();
  await refused('incomplete-body');
  assert.deepEqual(submissions, []);
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
});

test('A client that vanishes while its message is being stored harms nobody', async (t) => {
  const gate = createGate();
  const { port, url, submissions, events } = await openDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  client.socket.resetAndDestroy();
  gate.release();
  assert.equal((await undiciFetch(url.replace('/v1/messages', '/livez'))).status, 200);
  assert.equal(submissions.length, 1);
  assert.deepEqual(events.filter(({ event }) => event === 'gateway.fault'), []);
});

const slow: readonly { name: string; options: DoorOptions; bytes: string }[] = [
  { name: 'header section', options: { timeouts: { headersMs: 50 } }, bytes: 'POST /v1/messages HTTP/1.1\r\nHo' },
  { name: 'body', options: { bodyIdleTimeoutMs: 1 }, bytes: `${START}Content-Length: 100\r\n\r\nabc` },
];

for (const { name, options, bytes } of slow) {
  test(`A client that falls silent inside its ${name} gets 408 and is cut off`, async (t) => {
    const { port, submissions } = await openDoor(t, { ...options, timeouts: { lingerMs: 1, ...options.timeouts } });
    const client = await connectRaw(port);
    await client.write(bytes);
    const answer = await client.toEnd();
    assert.match(answer, /^HTTP\/1\.1 408 /);
    assert.match(answer, /"code":"request-timeout"/);
    assert.deepEqual(submissions, []);
  });
}

const malformed: readonly { name: string; bytes: string | Buffer; status: number; code: string }[] = [
  { name: 'a TLS hello', bytes: '\x16\x03\x01\x02\r\n\r\n', status: 400, code: 'malformed-request' },
  {
    name: 'no Host',
    bytes: 'GET /livez HTTP/1.1\r\nConnection: close\r\n\r\n',
    status: 400,
    code: 'malformed-request',
  },
  { name: 'HTTP/1.0 without Host', bytes: 'GET /livez HTTP/1.0\r\n\r\n', status: 400, code: 'malformed-request' },
  {
    name: 'raw bytes in the target',
    bytes: Buffer.from(START.replace('r@x', 'ö@x') + 'Content-Length: 1\r\n\r\nx'),
    status: 400,
    code: 'malformed-request',
  },
  {
    name: 'two lengths',
    bytes: `${START}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
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
    const { port, submissions, events } = await openDoor(t);
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

test('Requests on one connection are answered in order', async (t) => {
  const { port, submissions } = await openDoor(t);
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 1\r\n\r\na${START}Content-Length: 1\r\nConnection: close\r\n\r\nb`);
  const answer = await client.toEnd();
  assert.equal(answer.match(/HTTP\/1\.1 202 /g)?.length, 2);
  assert.deepEqual(submissions.map(contentOf), ['a', 'b']);
});

test('Drain refuses new connections, ends idle ones, and answers what is in flight', async (t) => {
  const gate = createGate();
  const { port, listener, url } = await openDoor(t, { ingest: gate.ingest });
  const idle = await connectRaw(port);
  await idle.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await idle.until(/"live"/);
  const busy = await connectRaw(port);
  await busy.write(`${START}Content-Length: 1\r\n\r\nx`);
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
  const { port, listener, submissions } = await openDoor(t);
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 6\r\nExpect: 100-continue\r\n\r\n`);
  await client.until(/^HTTP\/1\.1 100 /);
  await client.write('abc');
  const drained = listener.drain();
  await client.write('def');
  assert.match(await client.toEnd(), /HTTP\/1\.1 202 /);
  assert.equal(contentOf(submissions[0]), 'abcdef');
  await drained;
});

test('Close cuts what is in flight', async (t) => {
  const gate = createGate();
  const { port, listener } = await openDoor(t, { ingest: gate.ingest });
  const client = await connectRaw(port);
  await client.write(`${START}Content-Length: 1\r\n\r\nx`);
  await gate.reached;
  await listener.close();
  assert.equal(await client.toEnd().catch(() => ''), '');
  gate.release();
});

test('A client with an agent reuses its connection', async (t) => {
  const { port, submissions } = await openDoor(t);
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

test('A port in use is an error that says what to do, and leaves no other port open', async (t) => {
  const { port, door } = await openDoor(t);
  const app = createApp(door);
  await assert.rejects(
    listenHttp({ app, addresses: ['127.0.0.1'], ports: [0, port], log: door.log }),
    {
      message: new RegExp(
        `^Cannot open the HTTP door on 127\\.0\\.0\\.1, port ${port}: the port is in use; .*http-port`,
      ),
    },
  );
});

test('Without addresses the door opens on all of them', async (t) => {
  const { door } = createRecordingDoor();
  const listener = await listenHttp({ app: createApp(door), addresses: [], ports: [0, 0], log: door.log });
  t.after(() => listener.close());
  assert.equal(listener.bound.length, 2);
  for (const { port } of listener.bound) {
    assert.equal((await undiciFetch(`http://127.0.0.1:${port}/livez`)).status, 200);
  }
});
