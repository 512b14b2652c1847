// The gate: who counts as a proxy, whose address decides, and who is counted until when.
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { isLoopback } from '../../src/mail/ip-address.ts';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { type Admission, ClientGate, type ClientRules } from '../../src/net/client-gate.ts';
import { SharedConnectionCounts } from '../../src/net/shared-connection-counts.ts';
import { createFakeHolds } from '../support/fake-holds.ts';
import { proxyLocal, proxyV1, proxyV2 } from '../support/proxy-headers.ts';

function gateWith(rules: Partial<ClientRules>): ClientGate {
  const open = { proxies: [], headerTimeoutMs: 60_000, isAllowed: () => true, isBlocked: () => false };
  return new ClientGate({ ...open, maxPerAddress: 0, ...rules });
}

function rangesOf(text: string) {
  const ranges = parseIpRanges(text);
  assert.ok(ranges.ok);
  return ranges.value;
}

/** A socket from that peer; `bytes` have come already. */
function socketFrom(remoteAddress: string, bytes: Buffer = Buffer.alloc(0)): Socket {
  const stream = new PassThrough();
  stream.write(bytes);
  const ends = { remoteAddress, remotePort: 4711, localAddress: '10.0.0.1', localPort: 25 };
  return Object.assign(stream, ends) as unknown as Socket;
}

async function admit(gate: ClientGate, socket: Socket): Promise<Admission> {
  if (!gate.expectsHeader(socket)) return gate.admitDirect(socket);
  const admission = await gate.admitProxied(socket);
  assert.ok('client' in admission, JSON.stringify(admission));
  return admission;
}

test('ClientGate expects a header from the listed peers and from nobody else', () => {
  const gate = gateWith({ proxies: rangesOf('10.0.0.0/8;2001:db8::1') });
  const isProxy = (address: string) => gate.expectsHeader(socketFrom(address));
  const peers = ['10.1.2.3', '::ffff:10.1.2.3', '2001:db8::1', '11.0.0.1', '2001:db8::2', '127.0.0.1', ''];
  assert.deepEqual(peers.map(isProxy), [true, true, true, false, false, false, false]);
  assert.equal(gateWith({}).expectsHeader(socketFrom('127.0.0.1')), false);
});

const PROXY = '10.0.0.9';
const proxies = rangesOf(PROXY);
/** The default of a door without authentication. */
const ownHost: ClientRules['isAllowed'] = (address, source) => source === 'socket' && isLoopback(address);
const officeOnly: ClientRules['isAllowed'] = (address) => address.startsWith('192.0.2.') || address === PROXY;
const officeWithoutProxy: ClientRules['isAllowed'] = (address) => address.startsWith('192.0.2.');

const judged: readonly {
  readonly name: string;
  readonly rules: Partial<ClientRules>;
  readonly socket: () => Socket;
  readonly verdict: readonly [refusal: Admission['refusal'], maySubmit: boolean];
}[] = [
  {
    name: 'the socket of a direct client is in the range',
    rules: { isAllowed: officeOnly },
    socket: () => socketFrom('192.0.2.1'),
    verdict: [undefined, true],
  },
  {
    name: 'the socket of a direct client is not in the range',
    rules: { isAllowed: officeOnly },
    socket: () => socketFrom('198.51.100.1'),
    verdict: ['range', false],
  },
  {
    name: 'a proxy in the range names a client that is not',
    rules: { proxies, isAllowed: officeOnly },
    socket: () => socketFrom(PROXY, proxyV1({ source: '198.51.100.1 1' })),
    verdict: ['range', false],
  },
  {
    name: 'a proxy outside the range names a client that is in it',
    rules: { proxies, isAllowed: officeWithoutProxy },
    socket: () => socketFrom(PROXY, proxyV2({ source: '192.0.2.1 1' })),
    verdict: [undefined, true],
  },
  {
    name: 'a proxy in the range speaks for itself',
    rules: { proxies, isAllowed: officeOnly },
    socket: () => socketFrom(PROXY, proxyLocal()),
    verdict: [undefined, true],
  },
  {
    name: 'a proxy outside the range speaks for itself',
    rules: { proxies, isAllowed: officeWithoutProxy },
    socket: () => socketFrom(PROXY, proxyLocal()),
    verdict: [undefined, false],
  },
  {
    name: 'a proxy on the list of blocked addresses speaks for itself',
    rules: { proxies, isBlocked: (address) => address === PROXY },
    socket: () => socketFrom(PROXY, proxyLocal()),
    verdict: [undefined, false],
  },
  {
    name: 'a client is on the list of blocked addresses and in the range',
    rules: { proxies, isBlocked: (address) => address === '192.0.2.1' },
    socket: () => socketFrom(PROXY, proxyV1({ source: '192.0.2.1 1' })),
    verdict: ['blocklist', false],
  },
  {
    name: 'the proxy of a client is on the list of blocked addresses',
    rules: { proxies, isBlocked: (address) => address === PROXY },
    socket: () => socketFrom(PROXY, proxyV1({ source: '192.0.2.1 1' })),
    verdict: [undefined, true],
  },
  ...['127.0.0.1', '127.1.2.3', '::1', '0.0.0.0', '::', '::ffff:7f00:1', '192.0.2.1'].map((source) => ({
    name: `a header names ${source}, and only this host is allowed`,
    rules: { proxies: rangesOf('127.0.0.1'), isAllowed: ownHost },
    socket: () => socketFrom('127.0.0.1', proxyV2({ source: `${source} 1` })),
    verdict: ['range', false] as const,
  })),
  {
    name: 'a proxy on this host speaks for itself, and only this host is allowed',
    rules: { proxies: rangesOf('127.0.0.1'), isAllowed: ownHost },
    socket: () => socketFrom('127.0.0.1', proxyLocal()),
    verdict: [undefined, true],
  },
];

for (const { name, rules, socket, verdict } of judged) {
  test(`ClientGate: ${name}`, async () => {
    const { refusal, maySubmit } = await admit(gateWith(rules), socket());
    assert.deepEqual([refusal, maySubmit], verdict);
  });
}

test('ClientGate counts the clients behind a proxy and not the proxy', async () => {
  const gate = gateWith({ proxies, maxPerAddress: 2 });
  const socketOf = (client: string) => socketFrom(PROXY, proxyV1({ source: `${client} 1` }));
  const clients = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.1', '2001:db8::1', '2001:db8::2', '2001:db8::1'];
  const sockets = clients.map(socketOf);
  const admissions = [];
  for (const socket of sockets) admissions.push(await admit(gate, socket));
  const refused = admissions.map(({ refusal }) => refusal);
  const none = undefined;
  assert.deepEqual(refused, [none, none, none, 'connections-per-ip', none, none, none]);
  assert.equal(gate.addresses, 4);
  const closed = new Promise((resolve) => sockets[0]?.once('close', resolve));
  sockets[0]?.destroy();
  await closed;
  assert.equal((await admit(gate, socketOf('192.0.2.1'))).refusal, undefined);
  assert.equal((await admit(gate, socketOf('192.0.2.1'))).refusal, 'connections-per-ip');
});

test('ClientGate counts nobody whom it refuses', async () => {
  const gate = gateWith({ isAllowed: () => false, maxPerAddress: 1 });
  assert.equal((await admit(gate, socketFrom('192.0.2.1'))).refusal, 'range');
  assert.equal((await admit(gate, socketFrom('192.0.2.1'))).refusal, 'range');
  assert.equal(gate.addresses, 0);
});

test('ClientGate hands on what is wrong with a header', async () => {
  const gate = gateWith({ proxies });
  const admission = await gate.admitProxied(socketFrom(PROXY, Buffer.from('EHLO x\r\n')));
  assert.deepEqual(admission, { reason: 'malformed', detail: 'no PROXY protocol signature' });
});

test('ClientGate counts nobody who is gone when the header has been read', async () => {
  const gate = gateWith({ proxies, maxPerAddress: 1 });
  const socket = socketFrom(PROXY, proxyV1({ source: '192.0.2.1 1' }));
  const admitting = gate.admitProxied(socket);
  socket.once('readable', () => socket.destroy());
  assert.deepEqual(await admitting, { reason: 'closed', detail: 'connection ended after the header' });
  assert.equal(gate.addresses, 0);
});

const open = { proxies, headerTimeoutMs: 60_000, isAllowed: () => true, isBlocked: () => false, maxPerAddress: 0 };

test('ClientGate waits for the process that counts, with and without a header', async () => {
  const holds = createFakeHolds(1);
  const gate = new ClientGate(open, new SharedConnectionCounts(holds.take));
  const client = '192.0.2.1';
  const refusals = [];
  for (const socket of [socketFrom(client), socketFrom(PROXY, proxyV1({ source: `${client} 1` }))]) {
    refusals.push((await admit(gate, socket)).refusal);
  }
  assert.deepEqual(refusals, [undefined, 'connections-per-ip']);
  assert.deepEqual(holds.requests.map(({ key }) => key), [client, client]);
});

test('ClientGate gives back the connection that closed while the other process counted it', async () => {
  const holds = createFakeHolds(1);
  const gate = new ClientGate(
    open,
    new SharedConnectionCounts(async (request) => {
      socket.destroy();
      await new Promise((resolve) => socket.once('close', resolve));
      return await holds.take(request);
    }),
  );
  const socket = socketFrom('192.0.2.1');
  await admit(gate, socket);
  assert.equal(holds.open.get('192.0.2.1'), 0);
  assert.equal(gate.addresses, 0);
});
