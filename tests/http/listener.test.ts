// The HTTP door as clients meet it: libraries and bytes by hand on real sockets, and ports that cannot be had.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetch as undiciFetch, FormData } from 'undici';
import { createApp } from '../../src/http/app.ts';
import { listenHttp } from '../../src/http/listener.ts';
import { contentOf, createRecordingDoor } from '../support/http-door.ts';
import { openHttpDoor, RAW_REQUEST } from '../support/open-http-door.ts';
import { connectRaw } from '../support/raw-http.ts';

test('The door takes JSON and raw messages from undici', async (t) => {
  const { url, submissions, port, events } = await openHttpDoor(t);
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
  assert.deepEqual(events[0], { event: 'http.listening', fields: { address: '127.0.0.1', port, secure: false } });
});

test('The door takes a form from undici', async (t) => {
  const { url, submissions } = await openHttpDoor(t);
  const form = new FormData();
  form.set('from', 'a@x.example');
  form.set('to', 'b@x.example');
  form.set('attachment', new Blob([Buffer.alloc(50_000)]), 'zeros.bin');
  const response = await undiciFetch(url, { method: 'POST', body: form });
  assert.equal(response.status, 202);
  assert.equal(submissions.length, 1);
  await response.arrayBuffer();
});

test('The door takes a chunked body whose chunks come one by one, cut anywhere', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
  const client = await connectRaw(port);
  await client.write(`${RAW_REQUEST}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n5\r\nab: `);
  for (const piece of ['c\r\n', '2\r', '\n\r\n\r\n', '0\r\n', '\r\n']) await client.write(piece);
  assert.match(await client.toEnd(), /^HTTP\/1\.1 202 /);
  assert.equal(contentOf(submissions[0]), 'ab: c\r\n');
});

test('The door reads X-Envelope headers as UTF-8 and repeated ones as a list', async (t) => {
  const { port, submissions } = await openHttpDoor(t);
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

test('A port in use is an error that says what to do, and leaves no other port open', async (t) => {
  const { port, door } = await openHttpDoor(t);
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
