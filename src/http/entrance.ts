// The accept phase of the HTTP door: a place, the proxy's header, TLS; then node:http gets the connection.

import { createServer, type Server, type Socket } from 'node:net';
import { normalizeIp } from '../mail/ip-address.ts';
import { type Client, toDirectClient } from '../net/client.ts';
import type { ClientGate } from '../net/client-gate.ts';
import type { LiveCertificate } from '../net/live-certificate.ts';
import { startServerHandshake } from '../net/server-handshake.ts';
import type { Places } from '../net/session-places.ts';
import type { Log } from '../telemetry/log.ts';
import { answerFull } from './client-error.ts';
import { introduce } from './peer.ts';

/** TLS from the first byte, or from the first behind a proxy's header. */
export interface DoorTls {
  readonly certificate: Pick<LiveCertificate, 'context'>;
  /** Longest time for a handshake, in milliseconds. */
  readonly handshakeTimeoutMs: number;
}

/** What is in front of the requests. */
export interface EntranceOptions {
  readonly log: Log;
  /** Reads the headers of listed proxies; left out: there are none. */
  readonly gate?: ClientGate;
  /** The cap on connections; left out: there is none. */
  readonly places?: Pick<Places, 'tryEnter' | 'leave'>;
  readonly tls?: DoorTls;
}

/** Lets connections in one by one. */
export class Entrance {
  /** The listening socket, or who gets connections from the process that has it. */
  readonly server: Server;
  readonly #options: EntranceOptions;
  readonly #admit: (socket: Socket) => void;
  /** How to cut each connection that has not got as far as a request. */
  readonly #pending = new Map<Socket, () => void>();
  #isClosed = false;

  constructor(options: EntranceOptions, admit: (socket: Socket) => void) {
    this.#options = options;
    this.#admit = admit;
    // A client may close its side after the request and still wait for the answer.
    this.server = createServer({ allowHalfOpen: true }, (socket) => void this.#receive(socket));
  }

  /** Cuts what has not got as far as a request. */
  close(): void {
    this.#isClosed = true;
    for (const cut of this.#pending.values()) cut();
  }

  async #receive(socket: Socket): Promise<void> {
    // A socket's errors end in its close event; without a listener they would end the process.
    socket.on('error', () => {});
    socket.setNoDelay(true);
    this.#pending.set(socket, () => socket.destroy());
    socket.once('close', () => this.#pending.delete(socket));
    if (!(await this.#enter(socket))) return;
    const client = await this.#identify(socket);
    if (client === undefined || socket.destroyed || this.#isClosed) return void socket.destroy();
    if (this.#options.tls === undefined) this.#open(socket, { client, connection: socket });
    else this.#secure(socket, { client, tls: this.#options.tls });
  }

  /** Takes a place until the connection is closed; who finds none is told so. */
  async #enter(socket: Socket): Promise<boolean> {
    const { places, tls, log } = this.#options;
    if (places === undefined) return true;
    if (await places.tryEnter()) {
      if (socket.closed) places.leave();
      else socket.once('close', () => places.leave());
      return !socket.destroyed;
    }
    log.emit('http.connection.refused', { remote: normalizeIp(socket.remoteAddress ?? ''), reason: 'connections' });
    if (tls === undefined) answerFull(socket);
    else socket.destroy();
    return false;
  }

  async #identify(socket: Socket): Promise<Client | undefined> {
    const { gate, log } = this.#options;
    if (gate === undefined) return toDirectClient(socket);
    if (!gate.expectsHeader(socket)) return (await gate.admitDirect(socket)).client;
    const peer = normalizeIp(socket.remoteAddress ?? '');
    const admission = await gate.admitProxied(socket);
    if ('client' in admission) return admission.client;
    if (!this.#isClosed) log.emit('http.proxy.invalid', { peer, ...admission });
    return undefined;
  }

  #secure(connection: Socket, { client, tls }: { readonly client: Client; readonly tls: DoorTls }): void {
    const socket = startServerHandshake(connection, {
      context: tls.certificate.context,
      timeoutMs: tls.handshakeTimeoutMs,
      onSettled: (result) => {
        if (result.ok) return this.#open(socket, { client, connection });
        const { reason, detail } = result;
        if (!this.#isClosed) {
          this.#options.log.emit('http.tls.failed', { remote: client.remoteAddress, reason, detail });
        }
      },
    });
    // With TLS in between, the TCP socket must not be pulled away from under it.
    this.#pending.set(connection, () => socket.destroy());
  }

  #open(socket: Socket, { client, connection }: { readonly client: Client; readonly connection: Socket }): void {
    this.#pending.delete(connection);
    introduce(socket, client, { secure: socket !== connection });
    this.#admit(socket);
  }
}
