import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { test, type TestContext } from 'node:test';
import { createApp } from '../../src/http/app.ts';
import { askReadiness } from '../../src/http/ask-readiness.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { listenHttp, type ListenHttpOptions } from '../../src/http/listener.ts';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { ClientGate } from '../../src/net/client-gate.ts';
import { freePorts } from '../support/free-port.ts';
import { createRecordingDoor } from '../support/http-door.ts';
import { createTestTls } from '../support/test-tls.ts';

const PATIENCE = { deadlineMs: 10_000 };

async function open(
  context: TestContext,
  { door = {}, ...options }: Partial<ListenHttpOptions> & { readonly door?: Partial<HttpDoor> } = {},
): Promise<{ readonly address: string; readonly port: number; readonly secure: boolean }> {
  const { door: recording } = createRecordingDoor(door);
  const { log } = recording;
  const listener = await listenHttp({
    app: createApp(recording),
    addresses: ['127.0.0.1'],
    ports: [0],
    log,
    ...options,
  });
  context.after(() => listener.close());
  const [bound] = listener.bound;
  assert.ok(bound);
  return bound;
}

test('askReadiness hears that the gateway is ready', async (context) => {
  assert.deepEqual(await askReadiness(await open(context), PATIENCE), { ready: true, reasons: [] });
});

test('askReadiness hears why the gateway is not ready', async (context) => {
  const health = { ready: false, reasons: ['queue-path /ü: the disk is full'] };
  const target = await open(context, { door: { health: () => health } });
  assert.deepEqual(await askReadiness(target, PATIENCE), health);
});

test('askReadiness asks over TLS without a look at the certificate', async (context) => {
  const target = await open(context, { ports: [], securePorts: { ports: [0], tls: createTestTls() } });
  assert.equal(target.secure, true);
  assert.deepEqual(await askReadiness(target, PATIENCE), { ready: true, reasons: [] });
});

for (const secure of [false, true]) {
  const how = secure ? 'before TLS' : 'in the clear';
  test(`askReadiness speaks for itself as a proxy that has to begin with a header, ${how}`, async (context) => {
    const proxies = parseIpRanges('127.0.0.0/8');
    assert.ok(proxies.ok);
    const gate = new ClientGate({
      proxies: proxies.value,
      headerTimeoutMs: 10_000,
      isAllowed: () => true,
      isBlocked: () => false,
      maxPerAddress: 0,
    });
    const ports = secure ? { ports: [], securePorts: { ports: [0], tls: createTestTls() } } : {};
    const target = await open(context, {
      gate,
      ...ports,
      door: { health: () => ({ ready: false, reasons: ['why'] }) },
    });
    const asked = { ...target, isProxy: (address: string) => address === '127.0.0.1' };
    assert.deepEqual(await askReadiness(asked, PATIENCE), { ready: false, reasons: ['why'] });
  });
}

async function listenRaw(context: TestContext, answer?: string): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    if (answer !== undefined) socket.end(answer);
    context.after(() => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const strangers: readonly { title: string; answer: string | undefined; reason: RegExp; deadlineMs?: number }[] = [
  { title: 'says nothing', answer: undefined, deadlineMs: 50, reason: /no answer within 0\.05 s/ },
  { title: 'is no web server', answer: '220 mx.example.com ESMTP\r\n', reason: /is no mailchute/ },
  { title: 'says too much', answer: 'x'.repeat(100_000), reason: /no answer to \/readyz/ },
  { title: 'answers nonsense', answer: 'HTTP/1.1 200 OK\r\n\r\n{nonsense}', reason: /cannot ask the gateway/ },
  {
    title: 'keeps its reasons',
    answer: 'HTTP/1.1 503 X\r\n\r\n{"status":"not-ready"}',
    reason: /not ready \(HTTP 503\)/,
  },
];

for (const { title, answer, reason, deadlineMs = 10_000 } of strangers) {
  test(`askReadiness calls what ${title} not ready`, async (context) => {
    const port = await listenRaw(context, answer);
    const { ready, reasons } = await askReadiness({ address: '127.0.0.1', port, secure: false }, { deadlineMs });
    assert.equal(ready, false);
    assert.match(reasons.join(), reason);
  });
}

test('askReadiness says where nobody listens', async () => {
  const [port = 0] = await freePorts(1);
  const { ready, reasons } = await askReadiness({ address: '127.0.0.1', port, secure: false }, PATIENCE);
  assert.equal(ready, false);
  assert.match(reasons.join(), new RegExp(`cannot ask the gateway at 127\\.0\\.0\\.1:${port}: .*ECONNREFUSED`));
});
