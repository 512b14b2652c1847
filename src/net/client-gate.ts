// The accept phase of a door: who is behind a fresh connection, and whether that client may go on.

import type { Socket } from 'node:net';
import { type IpRanges, rangesContain } from '../mail/ip-ranges.ts';
import { type Client, toDirectClient, toProxiedClient } from './client.ts';
import { type AddressCounts, ConnectionCounts } from './connection-counts.ts';
import { type ProxyFault, readProxyHeader } from './proxy-reader.ts';

/** Where an address comes from: a proxy can write anything into its header. */
export type AddressSource = 'socket' | 'header';

/** What the configuration says about clients. */
export interface ClientRules {
  /** Peers that begin with a PROXY header (MailerQ: smtp-proxy). */
  readonly proxies: IpRanges;
  /** Longest time for the header, in milliseconds. */
  readonly headerTimeoutMs: number;
  /** MailerQ: smtp-range. */
  readonly isAllowed: (address: string, source: AddressSource) => boolean;
  /** smtp-blocklist, while smtp-protection is on. */
  readonly isBlocked: (address: string) => boolean;
  /** Connections of one address; 0 means no limit. */
  readonly maxPerAddress: number;
}

/** Why a client may not go on. */
export type ClientRefusal = 'blocklist' | 'range' | 'connections-per-ip';

/** A client that is known by now. */
export interface Admission {
  readonly client: Client;
  /** Undefined when the client may go on. */
  readonly refusal: ClientRefusal | undefined;
  /** False for a proxy that speaks for itself and is not in the range: it may look, but bring nothing. */
  readonly maySubmit: boolean;
}

/** The gate of one door, for all its listeners. */
export class ClientGate {
  readonly #rules: ClientRules;
  readonly #counts: AddressCounts;

  /** `counts` is given where another process counts. */
  constructor(rules: ClientRules, counts: AddressCounts = new ConnectionCounts(rules.maxPerAddress)) {
    this.#rules = rules;
    this.#counts = counts;
  }

  /** Addresses with open connections. */
  get addresses(): number {
    return this.#counts.addresses;
  }

  /** Whether the socket's peer is a proxy: it has to begin with a header, and nobody else may. */
  expectsHeader(socket: Socket): boolean {
    return rangesContain(this.#rules.proxies, socket.remoteAddress ?? '');
  }

  /** Reads the header of a proxy and admits whom it names; the fault is for the log, the socket has to be closed. */
  async admitProxied(socket: Socket): Promise<Admission | ProxyFault> {
    const read = await readProxyHeader(socket, { timeoutMs: this.#rules.headerTimeoutMs });
    if (!read.ok) return read.fault;
    // Its close may be over, and with it the only moment at which it would leave the count again.
    if (socket.destroyed) return { reason: 'closed', detail: 'connection ended after the header' };
    return await this.#admit(socket, toProxiedClient(socket, read.header));
  }

  /** Admits the socket's peer; a promise where another process counts. */
  admitDirect(socket: Socket): Admission | Promise<Admission> {
    return this.#admit(socket, toDirectClient(socket));
  }

  /** A connection is counted from here to its close, so that also TLS handshakes are. */
  #admit(socket: Socket, client: Client): Admission | Promise<Admission> {
    const { isAllowed, isBlocked } = this.#rules;
    const { kind, remoteAddress } = client;
    const isOnList = isBlocked(remoteAddress);
    const inRange = !isOnList && isAllowed(remoteAddress, kind === 'proxied' ? 'header' : 'socket');
    if (!inRange && kind !== 'local') return { client, refusal: isOnList ? 'blocklist' : 'range', maySubmit: false };
    const settle = (entered: boolean): Admission => {
      if (!entered) return { client, refusal: 'connections-per-ip', maySubmit: false };
      if (socket.closed) this.#counts.leave(remoteAddress);
      else socket.once('close', () => this.#counts.leave(remoteAddress));
      return { client, refusal: undefined, maySubmit: inRange };
    };
    const entered = this.#counts.tryEnter(remoteAddress);
    return typeof entered === 'boolean' ? settle(entered) : entered.then(settle);
  }
}
