// The SMTP door's listeners: accept, see who is there and may come in, wait for a place, then a session takes over.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { normalizeIp } from '../mail/ip-address.ts';
import type { Admission, ClientGate } from '../net/client-gate.ts';
import { readLean } from '../net/lean-reads.ts';
import { type BoundAddress, type Listen, listenOn } from '../net/listen.ts';
import { OpenSockets } from '../net/open-sockets.ts';
import type { Places } from '../net/session-places.ts';
import { REPLIES, type Reply, type SessionRefusal } from './reply.ts';
import { Session } from './session.ts';
import type { SessionDependencies } from './session-dependencies.ts';

/** What the door needs besides what its sessions need. */
export interface SmtpDoorDependencies extends SessionDependencies {
  readonly gate: ClientGate;
  readonly places: Places;
}

/** Where the door is. */
export interface SmtpDoorAddresses {
  /** Addresses to bind; empty for all. */
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
  /** Ports with TLS from the first byte; they need a certificate. */
  readonly securePorts?: readonly number[];
  /** How the ports are opened; left out: by this process. */
  readonly listen?: Listen;
}

/** A place where the door listens. */
export interface SmtpPlace extends BoundAddress {
  /** TLS from the first byte. */
  readonly secure: boolean;
}

/** An open door. */
export interface SmtpDoor {
  readonly bound: readonly SmtpPlace[];
  /** Number of sessions. */
  sessions(): number;
  /** No new connections; resolves when the sessions have finished their transactions. */
  drain(): Promise<void>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Opens every address and port; rejects, with all of them closed again, when one cannot be opened. */
export async function listenSmtp(
  dependencies: SmtpDoorDependencies,
  { addresses, ports, securePorts = [], listen = listenOn }: SmtpDoorAddresses,
): Promise<SmtpDoor> {
  const servers: DoorServer[] = [];
  const bound: SmtpPlace[] = [];
  try {
    for (const { port, secure } of [...ports.map(toPlain), ...securePorts.map(toSecure)]) {
      const portKey = secure ? 'smtp-secure-port' : 'smtp-port';
      for (const address of addresses.length > 0 ? addresses : [undefined]) {
        const server = new DoorServer(dependencies, { isImplicitTls: secure });
        bound.push({ ...await listen(server.server, { address, port, door: 'SMTP', portKey }), secure });
        servers.push(server);
      }
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  for (const place of bound) dependencies.log.emit('smtp.listening', { ...place });
  return {
    bound,
    sessions: () => servers.reduce((sum, server) => sum + server.connections.size, 0),
    async drain() {
      await Promise.all(servers.map((server) => server.drain()));
    },
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

const toPlain = (port: number) => ({ port, secure: false });
const toSecure = (port: number) => ({ port, secure: true });

// Asking for randomness costs more than the bytes.
const ID_BYTES = 10;
const IDS_AT_ONCE = 100;
let randomness = Buffer.alloc(0);

function createSessionId(): string {
  if (randomness.length < ID_BYTES) randomness = randomBytes(ID_BYTES * IDS_AT_ONCE);
  const id = randomness.toString('hex', 0, ID_BYTES);
  randomness = randomness.subarray(ID_BYTES);
  return id;
}

/** What the accept phase hands over to the session, through the library. */
class Admitted implements SMTPConnectionOptions {
  readonly id = createSessionId();
  readonly admission: Admission;

  constructor(admission: Admission) {
    this.admission = admission;
  }
}

/** How a session begins. */
interface Opening {
  readonly refusal?: SessionRefusal;
  readonly mailRefusal?: Reply;
}

/** One listening socket; the library provides the set of connections. */
class DoorServer extends SMTPServer {
  readonly #dependencies: SmtpDoorDependencies;
  readonly #isImplicitTls: boolean;
  /** How to cut each connection, by its TCP socket. */
  readonly #connections = new Map<Socket, () => void>();
  readonly #openSockets: OpenSockets;
  readonly #stopped = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(
    dependencies: SmtpDoorDependencies,
    { isImplicitTls }: { readonly isImplicitTls: boolean },
  ) {
    if (isImplicitTls && dependencies.tls === undefined) {
      throw new TypeError('Cannot open a secure port: there is no certificate');
    }
    super({
      logger: false,
      // Sessions say their own name; without one the library asks the system for every connection.
      name: 'mailchute',
      // A client may close its side after the last command and still wait for the replies.
      allowHalfOpen: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      socketTimeout: dependencies.settings.idleTimeoutMs,
    });
    this.#dependencies = dependencies;
    this.#isImplicitTls = isImplicitTls;
    this.#openSockets = new OpenSockets(this.server);
    // Errors of the bind reach whoever opens the door; later ones are failed accepts, as when descriptors run out.
    this.on('error', (error) => {
      if (this.server.listening) dependencies.log.emit('gateway.fault', { error: String(error) });
    });
    this.server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, () => socket.destroy());
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** The library would make a context of its own certificate here, for handshakes that it is never asked for. */
  override updateSecureContext(): void {}

  override _expectsProxyHeader(socket: Socket): boolean {
    return this.#dependencies.gate.expectsHeader(socket);
  }

  /** Before an implicit TLS handshake: a proxy's header is never encrypted. */
  override _handleProxy(socket: Socket, admit: (error: Error | null, admitted?: Admitted) => void): void {
    // A socket's errors end in its close event; without a listener they would end the process.
    socket.on('error', () => {});
    // Before TLS, which reads from under it.
    readLean(socket);
    if (this._expectsProxyHeader(socket)) void this.#readHeader(socket, admit);
    else this.#admit(this.#dependencies.gate.admitDirect(socket), admit);
  }

  /** Synchronously, unless another process counts the connections. */
  #admit(admission: Admission | Promise<Admission>, admit: (error: null, admitted: Admitted) => void): void {
    if (admission instanceof Promise) void admission.then((settled) => admit(null, new Admitted(settled)));
    else admit(null, new Admitted(admission));
  }

  async #readHeader(socket: Socket, admit: (error: Error | null, admitted?: Admitted) => void): Promise<void> {
    const { gate, log } = this.#dependencies;
    const peer = normalizeIp(socket.remoteAddress ?? '');
    const admission = await gate.admitProxied(socket);
    if ('client' in admission) return admit(null, new Admitted(admission));
    if (!this.#stopped.signal.aborted) log.emit('smtp.proxy.invalid', { peer, ...admission });
    socket.destroy();
    admit(new Error(admission.detail));
  }

  override connect(socket: Socket, admitted?: SMTPConnectionOptions | null): void {
    if (!(admitted instanceof Admitted)) throw new TypeError('Cannot open session: nobody was admitted');
    const { refusal, maySubmit } = admitted.admission;
    if (socket.destroyed) return;
    if (refusal !== undefined) this.#open(socket, admitted, { refusal });
    else if (!maySubmit) this.#open(socket, admitted, { mailRefusal: REPLIES.proxyOnly });
    else this.#enter(socket, admitted);
  }

  #enter(socket: Socket, admitted: Admitted): void {
    const settle = (free: boolean) => {
      if (free) this.#openInPlace(socket, admitted);
      else if (socket.destroyed) return;
      // A full door is healthy: were the proxy to think otherwise, the load would move on to the next one.
      else if (admitted.admission.client.kind === 'local') {
        this.#open(socket, admitted, { mailRefusal: REPLIES.noPlaceFree });
      } else void this.#wait(socket, admitted);
    };
    const free = this.#dependencies.places.tryEnter();
    if (typeof free === 'boolean') settle(free);
    else void free.then(settle);
  }

  /** A connection beyond the cap is not greeted until a place is free. */
  async #wait(socket: Socket, admitted: Admitted): Promise<void> {
    const gone = new AbortController();
    const giveUp = () => gone.abort();
    socket.on('error', giveUp);
    socket.once('end', giveUp); // half-closed, or gone: before the greeting nobody means the former
    socket.once('close', giveUp);
    this.#stopped.signal.addEventListener('abort', giveUp);
    const free = await this.#dependencies.places.enter(gone.signal);
    socket.removeListener('end', giveUp);
    socket.removeListener('close', giveUp);
    this.#stopped.signal.removeEventListener('abort', giveUp);
    if (free) this.#openInPlace(socket, admitted);
    else if (!socket.destroyed) this.#open(socket, admitted, { refusal: 'connections' });
  }

  #openInPlace(socket: Socket, admitted: Admitted): void {
    if (socket.destroyed) return this.#dependencies.places.leave();
    socket.once('close', () => this.#dependencies.places.leave());
    this.#open(socket, admitted, {});
  }

  #open(socket: Socket, { id, admission }: Admitted, { refusal, mailRefusal }: Opening): void {
    const { client } = admission;
    const [dependencies, isImplicitTls] = [this.#dependencies, this.#isImplicitTls];
    const session = new Session(this, socket, { id, client, mailRefusal, isImplicitTls, dependencies });
    // With TLS in between, the TCP socket must not be pulled away from under it.
    if (this.#connections.has(socket)) this.#connections.set(socket, () => session.cut());
    this.connections.add(session);
    session.open(refusal ?? (this.#stopped.signal.aborted ? 'draining' : undefined));
  }

  /** Resolves when the last session is gone. */
  drain(): Promise<void> {
    this.#closed ??= this.#openSockets.close();
    this.#stopped.abort();
    // Whoever has not come as far as a session, for want of a PROXY header or a TLS handshake.
    for (const socket of this._pendingSockets.values()) socket.destroy();
    for (const session of this.connections) if (session instanceof Session) session.drain();
    return this.#closed;
  }

  /** Cuts what is left. */
  stop(): Promise<void> {
    const closed = this.drain();
    for (const cut of this.#connections.values()) cut();
    return closed;
  }
}
