// Who is at the other end of a request: what the accept phase found out about the connection, and what its headers add.

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { isLoopback, normalizeIp } from '../mail/ip-address.ts';
import type { Client } from '../net/client.ts';
import type { AddressSource } from '../net/client-gate.ts';
import { readForwarded } from './forwarded.ts';

/** The client as the record and the log name it. */
export interface Peer {
  /** Canonical; an IPv4 client of a dual-stack socket appears as IPv4. Empty when it is not known. */
  readonly address: string;
  /** 0 when it is not known. */
  readonly port: number;
  /** Whether the request came to this gateway over TLS. */
  readonly secure: boolean;
  /** Whether the socket says so or the header of a proxy, which can name anybody. */
  readonly source: AddressSource;
  /** The listed proxy (http-proxy, http-forwarded) that the connection comes from. */
  readonly proxy?: string;
  /** A listed proxy has written an X-Forwarded-For that names nobody. */
  readonly isMisnamed?: true;
}

/** Whether an address is of a proxy whose X-Forwarded-For is believed. */
export type IsForwarder = (address: string) => boolean;

const peers = new WeakMap<Socket, Peer>();

/** Notes who the accept phase found behind a connection, before node:http gets it. */
export function introduce(socket: Socket, client: Client, { secure }: { readonly secure: boolean }): void {
  const { kind, remoteAddress: address, remotePort: port, proxy } = client;
  const source = kind === 'proxied' ? 'header' : 'socket';
  peers.set(socket, { address, port, secure, source, ...(proxy === undefined ? {} : { proxy: proxy.peer }) });
}

/** The client of a request; X-Forwarded-For counts where `isForwarder` knows the peer. */
export function toPeer({ socket, headers }: IncomingMessage, isForwarder?: IsForwarder): Peer {
  const peer = peers.get(socket) ?? remember(socket);
  if (isForwarder?.(peer.address) !== true) return peer;
  const proxy = peer.proxy ?? peer.address;
  const header = headers['x-forwarded-for'];
  if (header === undefined) return { ...peer, proxy };
  // Node joins the lines of this header with commas; Deno does so, too, but its types do not know.
  const named = readForwarded(Array.isArray(header) ? header.join() : header, isForwarder);
  const { secure } = peer;
  return named === undefined
    ? { address: '', port: 0, secure, source: 'header', proxy, isMisnamed: true }
    : { ...named, secure, source: 'header', proxy };
}

/** Whether the client is a program on this machine, as only a socket can tell. */
export function isOnThisHost({ address, source }: Pick<Peer, 'address' | 'source'>): boolean {
  return source === 'socket' && isLoopback(address);
}

/** Once per connection: a socket forgets its address when it is gone. */
function remember(socket: Socket): Peer {
  const peer: Peer = {
    address: normalizeIp(socket.remoteAddress ?? ''),
    port: socket.remotePort ?? 0,
    secure: 'encrypted' in socket && socket.encrypted === true,
    source: 'socket',
  };
  peers.set(socket, peer);
  return peer;
}
