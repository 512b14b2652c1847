// The accept phase of the HTTP door on real sockets: TLS, PROXY headers, X-Forwarded-For, and the cap on connections.

import assert from 'node:assert/strict';
import { connect as connectTls } from 'node:tls';
import { once } from 'node:events';
import { test } from 'node:test';
import type { Submission } from '../../src/pipeline/submission.ts';
import { toServerCredentials } from '../../src/net/secure-context.ts';
import { makePair } from '../support/certificates.ts';
import { exchangeSecurely, type OpenEntrance, openEntrance, toRequest } from '../support/open-entrance.ts';
import { proxyLocal, proxyV1, proxyV2 } from '../support/proxy-headers.ts';
import { connectRaw } from '../support/raw-http.ts';
import { createTestTls, TEST_PAIR } from '../support/test-tls.ts';

const EVERYBODY = { isAllowed: () => true };

function originOf(submission: Submission | undefined) {
  assert.ok(submission?.origin.door === 'http');
  const { remoteIp, remotePort, secure } = submission.origin;
  return { remoteIp, remotePort, secure };
}

async function post(port: number, { head = '', headers = [] }: { head?: string | Buffer; headers?: string[] } = {}) {
  const client = await connectRaw(port);
  await client.write(Buffer.concat([Buffer.from(head), Buffer.from(toRequest(headers))]));
  return await client.toEnd();
}

async function logged({ events }: OpenEntrance, name: string) {
  while (!events.some(({ event }) => event === name)) await new Promise((resolve) => setImmediate(resolve));
  return events.find(({ event }) => event === name)?.fields ?? {};
}

test('The secure port takes messages over TLS, and says so', async (t) => {
  const door = await openEntrance(t);
  assert.match(await exchangeSecurely(door.securePort, toRequest()), /^HTTP\/1\.1 202 /);
  const { remoteIp, secure } = originOf(door.submissions[0]);
  assert.deepEqual({ remoteIp, secure }, { remoteIp: '127.0.0.1', secure: true });
});

test('A client that speaks plain HTTP to the secure port is cut off, and it is written down', async (t) => {
  const door = await openEntrance(t);
  const client = await connectRaw(door.securePort);
  await client.write(toRequest());
  assert.doesNotMatch(await client.toEnd().catch(() => ''), /HTTP/);
  assert.equal((await logged(door, 'http.tls.failed'))['remote'], '127.0.0.1');
  assert.deepEqual(door.submissions, []);
});

test('A client that never ends its handshake is cut off', async (t) => {
  const door = await openEntrance(t, { tls: createTestTls({ handshakeTimeoutMs: 20 }) });
  const client = await connectRaw(door.securePort);
  assert.equal(await client.toEnd(), '');
  assert.equal((await logged(door, 'http.tls.failed'))['reason'], 'timeout');
});

test('A new certificate is for new connections; those that are open stay so', async (t) => {
  const tls = createTestTls();
  const live = { certificate: { context: tls.certificate.context }, handshakeTimeoutMs: 60_000 };
  const door = await openEntrance(t, { tls: live as typeof tls });
  const old = connectTls({
    port: door.securePort,
    host: '127.0.0.1',
    ca: TEST_PAIR.certificate,
    servername: 'mx.example.com',
  });
  await once(old, 'secureConnect');
  const other = makePair('mx.example.com');
  const certificate = { cert: other.certificate, key: other.key, subject: '', fingerprint: '', doubts: [] };
  const dates = { notBefore: new Date(0), notAfter: new Date(8.64e15) };
  live.certificate.context = toServerCredentials({ ...certificate, ...dates }).context;
  const fresh = connectTls({
    port: door.securePort,
    host: '127.0.0.1',
    ca: other.certificate,
    servername: 'mx.example.com',
  });
  await once(fresh, 'secureConnect');
  fresh.destroy();
  let answer = '';
  old.on('data', (chunk) => answer += String(chunk)).write(toRequest());
  await once(old, 'end');
  assert.match(answer, /^HTTP\/1\.1 202 /);
});

const named: readonly { name: string; head: Buffer; client: object }[] = [
  {
    name: 'version 1',
    head: proxyV1({ source: '203.0.113.9 4711' }),
    client: { remoteIp: '203.0.113.9', remotePort: 4711 },
  },
  {
    name: 'version 2',
    head: proxyV2({ source: '2001:db8::9 4711' }),
    client: { remoteIp: '2001:db8::9', remotePort: 4711 },
  },
];

for (const { name, head, client } of named) {
  test(`A listed proxy names its client by ${name} on both ports`, async (t) => {
    const door = await openEntrance(t, { proxies: '127.0.0.1', access: EVERYBODY });
    assert.match(await post(door.port, { head }), /^HTTP\/1\.1 202 /);
    assert.match(await exchangeSecurely(door.securePort, toRequest(), { head }), /^HTTP\/1\.1 202 /);
    assert.deepEqual(door.submissions.map(originOf), [{ ...client, secure: false }, { ...client, secure: true }]);
  });
}

test('A listed proxy that speaks for itself is the client', async (t) => {
  const door = await openEntrance(t, { proxies: '127.0.0.1' });
  assert.match(await post(door.port, { head: proxyLocal() }), /^HTTP\/1\.1 202 /);
  assert.equal(originOf(door.submissions[0]).remoteIp, '127.0.0.1');
});

test('A loopback address that a proxy names is not this host', async (t) => {
  const door = await openEntrance(t, { proxies: '127.0.0.1' });
  const head = proxyV2({ source: '127.0.0.1 4711' });
  assert.match(await post(door.port, { head }), /^HTTP\/1\.1 403 .*"code":"out-of-range"/s);
  const health = await connectRaw(door.port);
  await health.write(
    Buffer.concat([head, Buffer.from('GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')]),
  );
  assert.match(await health.toEnd(), /\{"status":"ready"\}$/);
});

const headless: readonly { name: string; bytes: string; reason: string }[] = [
  { name: 'without a header', bytes: toRequest(), reason: 'malformed' },
  { name: 'with half a header', bytes: 'PROXY TCP4 192.0.2.1 ', reason: 'timeout' },
];

for (const { name, bytes, reason } of headless) {
  test(`A listed proxy ${name} is cut off`, async (t) => {
    const door = await openEntrance(t, { proxies: '127.0.0.1', headerTimeoutMs: 50 });
    const client = await connectRaw(door.port);
    await client.write(bytes);
    assert.equal(await client.toEnd().catch(() => ''), '');
    assert.equal((await logged(door, 'http.proxy.invalid'))['reason'], reason);
    assert.deepEqual(door.submissions, []);
  });
}

test('Nobody else may begin with a header', async (t) => {
  const door = await openEntrance(t, { proxies: '192.0.2.1' });
  assert.match(await post(door.port, { head: proxyV1({ source: '203.0.113.9 4711' }) }), /^HTTP\/1\.1 400 /);
});

test('X-Forwarded-For counts from listed peers only, and behind a PROXY header as well', async (t) => {
  const headers = ['X-Forwarded-For: 127.0.0.1, 203.0.113.9'];
  const listed = await openEntrance(t, { forwarders: '127.0.0.1', access: EVERYBODY });
  await post(listed.port, { headers });
  await post(listed.port, { headers: ['X-Forwarded-For: 203.0.113.1', 'X-Forwarded-For: 203.0.113.2'] });
  assert.deepEqual(listed.submissions.map((each) => originOf(each).remoteIp), ['203.0.113.9', '203.0.113.2']);
  const unlisted = await openEntrance(t, { forwarders: '192.0.2.1', access: EVERYBODY });
  await post(unlisted.port, { headers });
  assert.equal(originOf(unlisted.submissions[0]).remoteIp, '127.0.0.1');
  const both = await openEntrance(t, { proxies: '127.0.0.1', forwarders: '192.0.2.1', access: EVERYBODY });
  await post(both.port, { head: proxyV2({ source: '192.0.2.1 4711' }), headers });
  assert.equal(originOf(both.submissions[0]).remoteIp, '203.0.113.9');
});

test('The range is about the client that a proxy names, each time anew on a connection that is kept', async (t) => {
  const access = { isAllowed: (address: string) => address === '203.0.113.1' };
  const { port, events } = await openEntrance(t, { forwarders: '127.0.0.1', access });
  const client = await connectRaw(port);
  const request = (from: string) => toRequest([`X-Forwarded-For: ${from}`]).replace('Connection: close\r\n', '');
  await client.write(request('203.0.113.1') + request('203.0.113.2') + toRequest(['X-Forwarded-For: nobody']));
  const statuses = [...(await client.toEnd()).matchAll(/HTTP\/1\.1 (\d+) /g)].map(([, status]) => status);
  assert.deepEqual(statuses, ['202', '403', '400']);
  const refused = events.filter(({ event }) => event === 'http.request.rejected').map(({ fields }) => fields);
  assert.deepEqual(refused.map(({ remote, proxy, code }) => [remote, proxy, code]), [
    ['203.0.113.2', '127.0.0.1', 'out-of-range'],
    ['', '127.0.0.1', 'malformed-forwarded'],
  ]);
});

test('Connections beyond the limit get 503 until one is closed', async (t) => {
  const { port, events } = await openEntrance(t, { connections: 1 });
  const first = await connectRaw(port);
  await first.write('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await first.until(/"live"/);
  const answer = await post(port);
  assert.match(answer, /^HTTP\/1\.1 503 .*retry-after: 5.*"code":"too-many-connections"/is);
  assert.equal(events.find(({ event }) => event === 'http.connection.refused')?.fields['reason'], 'connections');
  first.socket.end();
  await first.toEnd();
  assert.match(await post(port), /^HTTP\/1\.1 202 /);
});

test('Drain cuts whoever has not got as far as a request', async (t) => {
  const { port, securePort, listener } = await openEntrance(t, { proxies: '127.0.0.1' });
  const clients = [await connectRaw(port), await connectRaw(securePort), await connectRaw(securePort)];
  await clients[2]?.write(proxyLocal());
  // Connections are accepted in order: when a later one has its answer, the earlier ones have been accepted.
  assert.match(await post(port, { head: proxyLocal() }), /^HTTP\/1\.1 202 /);
  await exchangeSecurely(securePort, toRequest(), { head: proxyLocal() });
  await listener.drain();
  for (const client of clients) assert.equal(await client.toEnd(), '');
});
