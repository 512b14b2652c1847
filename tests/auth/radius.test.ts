// radius:// against servers that forget, forge, refuse and stay silent.
import assert from 'node:assert/strict';
import type { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { test, type TestContext } from 'node:test';
import { parseRadius } from '../../src/auth/radius.ts';
import { openParsed } from './support/open-parsed.ts';
import { makeAnswer } from './support/radius-answer.ts';

const signal = new AbortController().signal;
const secret = 'top:se@cret';
const credentials = { username: 'jane', password: 'pässwörd' };

type Serve = (request: Buffer, count: number) => readonly Buffer[];

async function startServer(context: TestContext, { serve, ipv6 = false }: { serve: Serve; ipv6?: boolean }) {
  const socket = createSocket(ipv6 ? 'udp6' : 'udp4');
  const requests: Buffer[] = [];
  socket.on('message', (request, from) => {
    requests.push(request);
    for (const answer of serve(request, requests.length)) socket.send(answer, from.port, from.address);
  });
  const host = ipv6 ? '::1' : '127.0.0.1';
  await new Promise<void>((resolve) => socket.bind(0, host, resolve));
  context.after(() => socket.close());
  const url = `radius://gateway:${secret}@${ipv6 ? `[${host}]` : host}:${socket.address().port}`;
  return { url, requests };
}

const accept = (request: Buffer) => makeAnswer(request, { code: 2, secret });

for (const ipv6 of [false, true]) {
  test(`radius:// accepts and rejects over ${ipv6 ? 'IPv6' : 'IPv4'}`, async (context) => {
    const serve: Serve = (request, count) => [makeAnswer(request, { code: count === 1 ? 2 : 3, secret })];
    const { url } = await startServer(context, { serve, ipv6 });
    const backend = await openParsed(parseRadius(url), { context });
    assert.equal(await backend.check(credentials, signal), true);
    assert.equal(await backend.check(credentials, signal), false);
  });
}

test('radius:// rejects on a challenge', async (context) => {
  const { url } = await startServer(context, { serve: (request) => [makeAnswer(request, { code: 11, secret })] });
  const backend = await openParsed(parseRadius(url), { context });
  assert.equal(await backend.check(credentials, signal), false);
});

test('radius:// sends the same packet up to three times', async (context) => {
  const { url, requests } = await startServer(context, {
    serve: (request, count) => count < 3 ? [] : [accept(request)],
  });
  const backend = await openParsed(parseRadius(url, { timeoutMs: 300 }), { context });
  assert.equal(await backend.check(credentials, signal), true);
  assert.equal(requests.length, 3);
  assert.deepEqual(requests[0], requests[2]);
});

test('radius:// cannot say when no answer comes, and gives up after three packets', async (context) => {
  const { url, requests } = await startServer(context, { serve: () => [] });
  const backend = await openParsed(parseRadius(url, { timeoutMs: 60 }), { context });
  await assert.rejects(backend.check(credentials, signal), /no answer within 60 ms/);
  assert.ok(requests.length <= 3);
});

const forgeries = [
  { name: 'without a Message-Authenticator', options: { code: 2, secret, signed: false }, reason: /must send one/ },
  { name: 'with another secret', options: { code: 2, secret: 'x' }, reason: /not made with our shared secret/ },
];

for (const { name, options, reason } of forgeries) {
  test(`radius:// never accepts an answer ${name}, and says why`, async (context) => {
    const { url } = await startServer(context, { serve: (request) => [makeAnswer(request, options)] });
    const backend = await openParsed(parseRadius(url, { timeoutMs: 60 }), { context });
    await assert.rejects(backend.check(credentials, signal), reason);
  });

  test(`radius:// waits on for the genuine answer behind one ${name}`, async (context) => {
    const serve: Serve = (request) => [makeAnswer(request, options), makeAnswer(request, { code: 3, secret })];
    const { url } = await startServer(context, { serve });
    const backend = await openParsed(parseRadius(url), { context });
    assert.equal(await backend.check(credentials, signal), false);
  });
}

test('radius:// passes over what comes from elsewhere than the server', async (context) => {
  const stranger = createSocket('udp4');
  context.after(() => stranger.close());
  const server = createSocket('udp4');
  context.after(() => server.close());
  server.on('message', (request, from) => stranger.send(accept(request), from.port, from.address));
  await new Promise<void>((resolve) => server.bind(0, '127.0.0.1', resolve));
  const url = `radius://gateway:${secret}@127.0.0.1:${server.address().port}`;
  const backend = await openParsed(parseRadius(url, { timeoutMs: 100 }), { context });
  await assert.rejects(backend.check(credentials, signal), /no answer within 100 ms/);
});

test('radius:// ends when the login is given up, and rejects what fits into no packet', async (context) => {
  const { url, requests } = await startServer(context, { serve: () => [] });
  const backend = await openParsed(parseRadius(url), { context });
  const controller = new AbortController();
  const check = backend.check(credentials, controller.signal);
  controller.abort(new Error('gone'));
  await assert.rejects(check, /gone/);
  assert.equal(await backend.check({ username: 'x'.repeat(254), password: 'x' }, signal), false);
  assert.equal(await backend.check({ username: 'x', password: 'x'.repeat(129) }, signal), false);
  assert.ok(requests.length <= 1);
});

test('radius:// cannot say when its host has no address', async (context) => {
  const backend = await openParsed(parseRadius(`radius://gateway:${secret}@host.invalid`), { context });
  await assert.rejects(backend.check(credentials, signal));
});
