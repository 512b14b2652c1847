// Handshakes on sockets: what is agreed on, and how each way of not coming to an agreement ends.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect as connectTcp, createServer, type Socket } from 'node:net';
import { test } from 'node:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { type HandshakeResult, startServerHandshake } from '../../src/net/server-handshake.ts';
import { createTestTls } from '../support/test-tls.ts';

const { context } = createTestTls().certificate;

/** The server's side of one connection. */
interface Served {
  readonly raw: Socket;
  readonly socket: TLSSocket;
  readonly result: HandshakeResult;
}

interface ServerOptions {
  readonly timeoutMs?: number;
  /** Before the handshake begins. */
  readonly before?: (raw: Socket) => Promise<void>;
  /** While it goes on. */
  readonly during?: (socket: TLSSocket) => void;
}

/** Lets `client` meet a server that shakes hands, and checks that nothing of the connection is left in the end. */
async function meet(
  client: (port: number) => Promise<Socket>,
  { timeoutMs = 60_000, before, during }: ServerOptions = {},
): Promise<HandshakeResult> {
  const server = createServer({ allowHalfOpen: true });
  const served = new Promise<Served>((resolve) => {
    server.on('connection', async (raw) => {
      await before?.(raw);
      const results: HandshakeResult[] = [];
      const socket = startServerHandshake(raw, {
        context,
        timeoutMs,
        onSettled(result) {
          results.push(result);
          assert.equal(results.length, 1, 'settled twice');
          resolve({ raw, socket, result });
        },
      });
      during?.(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const [peer, { raw, socket, result }] = await Promise.all([client((server.address() as AddressInfo).port), served]);
  if (result.ok) {
    socket.write('hello');
    const [data] = await once(peer, 'data');
    assert.equal(String(data), 'hello');
    socket.destroy();
  }
  server.close();
  await once(server, 'close'); // which waits for the connection under the TLS socket
  assert.deepEqual([raw.destroyed, socket.destroyed], [true, true]);
  peer.destroy();
  return result;
}

function secure(options: ConnectionOptions = {}): (port: number) => Promise<Socket> {
  return async (port) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options });
    await once(socket, 'secureConnect');
    return socket;
  };
}

function plain(act: (socket: Socket) => void): (port: number) => Promise<Socket> {
  return async (port) => {
    const socket = connectTcp({ port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    await once(socket, 'connect');
    act(socket);
    return socket.resume();
  };
}

for (const version of ['TLSv1.3', 'TLSv1.2'] as const) {
  test(`${version} is agreed on with a client that speaks it`, async () => {
    const result = await meet(secure({ minVersion: version, maxVersion: version }));
    assert.ok(result.ok);
    assert.equal(result.facts.version, version);
    assert.match(result.facts.cipher, version === 'TLSv1.3' ? /^TLS_\w+$/ : /^ECDHE-ECDSA-[\w-]+$/);
  });
}

/** Resolves when the socket holds bytes that nobody has taken. */
async function buffered(raw: Socket): Promise<void> {
  while (raw.readableLength === 0) await new Promise((resolve) => setTimeout(resolve, 5));
}

test('What came before the handshake begins is part of it', async () => {
  assert.ok((await meet(secure(), { before: buffered })).ok);
});

test('What was read and put back before the handshake begins is part of it', async () => {
  const before = async (raw: Socket) => {
    const onReadable = once(raw, 'readable');
    await onReadable;
    const first = raw.read(10) as Uint8Array;
    raw.unshift(first);
  };
  assert.ok((await meet(secure(), { before })).ok);
});

test('A client that speaks something else has failed', async () => {
  const result = await meet(plain((socket) => socket.write('EHLO client.example.com\r\n')));
  assert.ok(!result.ok && result.reason === 'failed', JSON.stringify(result));
  assert.match(result.detail, /^[^\n/]+$/, 'one clause without addresses and file names');
});

const startOfHello = Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3);
const leavers: readonly (readonly [name: string, act: (socket: Socket) => void])[] = [
  ['without a word', (socket) => socket.end()],
  ['in the middle of its greeting', (socket) => socket.end(startOfHello)],
  ['by a reset', (socket) => socket.resetAndDestroy()],
];

for (const [name, act] of leavers) {
  test(`A client that leaves ${name} ends the handshake at once`, async () => {
    const result = await meet(plain(act));
    assert.ok(!result.ok && ['closed', 'failed'].includes(result.reason), JSON.stringify(result));
  });
}

for (const [name, act] of [['says nothing', () => {}], ['stops', (s: Socket) => s.write(startOfHello)]] as const) {
  test(`A client that ${name} ends the handshake at its deadline`, async () => {
    const result = await meet(plain(act), { timeoutMs: 30 });
    assert.deepEqual(result, { ok: false, reason: 'timeout', detail: 'not complete after 30 ms' });
  });
}

test('A handshake that is cut off is over', async () => {
  const result = await meet(plain(() => {}), { during: (socket) => socket.destroy() });
  assert.deepEqual(result, { ok: false, reason: 'closed', detail: 'the client left' });
});
