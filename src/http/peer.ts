// Who is at the other end of a request: the one place that reads it off the connection.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { normalizeIp } from '../mail/ip-address.ts';

/** The client as the record and the log name it. */
export interface Peer {
  /** Canonical; an IPv4 client of a dual-stack socket appears as IPv4. Empty when the connection is gone. */
  readonly address: string;
  readonly port: number;
  /** Whether the request came over TLS. */
  readonly secure: boolean;
}

const peers = new WeakMap<Socket, Peer>();

/** Reads the client's address from the socket, once per connection; no header is believed. */
export function toPeer({ socket }: IncomingMessage): Peer {
  const known = peers.get(socket);
  if (known !== undefined) return known;
  const peer = {
    address: normalizeIp(socket.remoteAddress ?? ''),
    port: socket.remotePort ?? 0,
    secure: 'encrypted' in socket && socket.encrypted === true,
  };
  peers.set(socket, peer);
  return peer;
}
