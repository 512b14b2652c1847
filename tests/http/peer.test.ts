// The client's address off the socket.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { toPeer } from '../../src/http/peer.ts';

const sockets: readonly { name: string; socket: object; peer: object }[] = [
  {
    name: 'an IPv4 client',
    socket: { remoteAddress: '192.0.2.1', remotePort: 4711 },
    peer: { address: '192.0.2.1', port: 4711, secure: false, source: 'socket' },
  },
  {
    name: 'an IPv4 client of a dual-stack socket',
    socket: { remoteAddress: '::ffff:192.0.2.1', remotePort: 4711 },
    peer: { address: '192.0.2.1', port: 4711, secure: false, source: 'socket' },
  },
  {
    name: 'a client over TLS',
    socket: { remoteAddress: '2001:db8::1', remotePort: 4711, encrypted: true },
    peer: { address: '2001:db8::1', port: 4711, secure: true, source: 'socket' },
  },
  { name: 'a client that is gone', socket: {}, peer: { address: '', port: 0, secure: false, source: 'socket' } },
];

for (const { name, socket, peer } of sockets) {
  test(`toPeer() names ${name}`, () => {
    assert.deepEqual(toPeer({ socket, headers: {} } as IncomingMessage), peer);
  });
}

test('toPeer() remembers a connection whose socket has forgotten its address', () => {
  const socket: { remoteAddress?: string } = { remoteAddress: '192.0.2.1' };
  const incoming = { socket, headers: {} } as IncomingMessage;
  const peer = toPeer(incoming);
  delete socket.remoteAddress;
  assert.equal(toPeer(incoming), peer);
});
