// The client of a connection as everything behind the accept sees it: the socket's peer, or whom a trusted proxy names.

import type { Socket } from 'node:net';
import { normalizeIp } from '../mail/ip-address.ts';
import { type ProxyHeader, readTlvs, type Tlv } from './proxy-protocol.ts';

/** What the header of a proxy says beside addresses, for the log. */
export interface ProxyFacts {
  /** The proxy's own address. */
  readonly peer: string;
  readonly version: 1 | 2;
  /** The name the client asked for (SNI). */
  readonly authority?: string;
  readonly uniqueId?: string;
  /** TLS version between client and proxy. */
  readonly sslVersion?: string;
}

/** Both ends of a connection; addresses are canonical, mapped IPv4 is IPv4. */
export interface Client {
  /** `local`: the proxy speaks for itself, as in a health check, and the addresses are the socket's. */
  readonly kind: 'direct' | 'proxied' | 'local';
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Undefined for a direct connection. */
  readonly proxy: ProxyFacts | undefined;
}

/** Why work for a client is given up: one for all, since the reason that is made by default has a stack each time. */
export const CLIENT_GONE = new Error('The client is gone');

// Section 2.2.7 of the specification.
const AUTHORITY = 0x02;
const UNIQUE_ID = 0x05;
const SSL = 0x20;
const SSL_VERSION = 0x21;
/** Client bit field and verify result, before the types within SSL. */
const SSL_FIXED = 5;
// An authority is a host name, a unique id has at most 128 bytes; a proxy's client chooses some of them.
const PRINTABLE = /^[\x21-\x7e]{1,255}$/;

/** The client of a socket without a header. */
export function toDirectClient(socket: Socket): Client {
  return { kind: 'direct', ...endsOf(socket), proxy: undefined };
}

/** The client of a socket whose peer is a trusted proxy. */
export function toProxiedClient(socket: Socket, header: ProxyHeader): Client {
  const ends = endsOf(socket);
  const proxy = { peer: ends.remoteAddress, version: header.version, ...readFacts(header.tlvs) };
  if (header.connection === undefined) return { kind: 'local', ...ends, proxy };
  const { source, destination } = header.connection;
  const remoteAddress = normalizeIp(source.address);
  // HAProxy's checks with version 1 name the very connection on which they come, where UNKNOWN would say the same.
  const isItself = remoteAddress === ends.remoteAddress && source.port === ends.remotePort;
  if (isItself) return { kind: 'local', ...ends, proxy };
  return {
    kind: 'proxied',
    remoteAddress,
    remotePort: source.port,
    localAddress: normalizeIp(destination.address),
    localPort: destination.port,
    proxy,
  };
}

function endsOf(socket: Socket): Omit<Client, 'kind' | 'proxy'> {
  return {
    remoteAddress: normalizeIp(socket.remoteAddress ?? ''),
    remotePort: socket.remotePort ?? 0,
    localAddress: normalizeIp(socket.localAddress ?? ''),
    localPort: socket.localPort ?? 0,
  };
}

function readFacts(tlvs: readonly Tlv[]): Omit<ProxyFacts, 'peer' | 'version'> {
  const ssl = tlvs.find(({ type }) => type === SSL)?.value.subarray(SSL_FIXED);
  const [authority, uniqueId] = [textOf(tlvs, AUTHORITY), textOf(tlvs, UNIQUE_ID)];
  const sslVersion = ssl === undefined ? undefined : textOf(readTlvs(ssl), SSL_VERSION);
  return {
    ...(authority === undefined ? {} : { authority }),
    ...(uniqueId === undefined ? {} : { uniqueId }),
    ...(sslVersion === undefined ? {} : { sslVersion }),
  };
}

function textOf(tlvs: readonly Tlv[], wanted: number): string | undefined {
  const text = tlvs.find(({ type }) => type === wanted)?.value.toString('latin1') ?? '';
  return PRINTABLE.test(text) ? text : undefined;
}
