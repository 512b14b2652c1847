// The SMTP door's listeners: accept, judge the client's address, wait for a place, then a session takes over.

import type { Socket } from 'node:net';
import { SMTPServer } from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import { type BoundAddress, listenOn } from '../net/listen.ts';
import type { SessionPlaces } from '../net/session-places.ts';
import { REPLIES, type Reply } from './reply.ts';
import { Session, type SessionDependencies } from './session.ts';

/** What the door needs besides what its sessions need. */
export interface SmtpDoorDependencies extends SessionDependencies {
  /** MailerQ: smtp-range. */
  readonly isAllowed: (address: string) => boolean;
  readonly places: SessionPlaces;
}

/** Where the door is. */
export interface SmtpDoorAddresses {
  /** Addresses to bind; empty for all. */
  readonly addresses: readonly string[];
  readonly ports: readonly number[];
}

/** An open door. */
export interface SmtpDoor {
  readonly bound: readonly BoundAddress[];
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
  { addresses, ports }: SmtpDoorAddresses,
): Promise<SmtpDoor> {
  const servers: DoorServer[] = [];
  const bound: BoundAddress[] = [];
  try {
    for (const port of ports) {
      for (const address of addresses.length > 0 ? addresses : [undefined]) {
        const server = new DoorServer(dependencies);
        bound.push(await listenOn(server.server, { address, port, door: 'SMTP', portKey: 'smtp-port' }));
        servers.push(server);
      }
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.stop()));
    throw error;
  }
  for (const place of bound) dependencies.log.emit('smtp.listening', { address: place.address, port: place.port });
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

/** One listening socket; the library provides TLS contexts, guards and the set of connections. */
class DoorServer extends SMTPServer {
  readonly #dependencies: SmtpDoorDependencies;
  readonly #sockets = new Set<Socket>();
  readonly #stopped = new AbortController();
  #closed: Promise<void> | undefined;

  constructor(dependencies: SmtpDoorDependencies) {
    super({
      logger: false,
      // A client may close its side after the last command and still wait for the replies.
      allowHalfOpen: true,
      disabledCommands: ['STARTTLS', 'AUTH'],
      socketTimeout: dependencies.settings.idleTimeoutMs,
    });
    this.#dependencies = dependencies;
    // Errors of the bind reach whoever opens the door; later ones are failed accepts, as when descriptors run out.
    this.on('error', (error) => {
      if (this.server.listening) dependencies.log.emit('gateway.fault', { error: String(error) });
    });
    this.server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  override connect(socket: Socket, connection?: SMTPConnectionOptions | null): void {
    const { isAllowed, places } = this.#dependencies;
    if (socket.destroyed) return;
    if (!isAllowed(socket.remoteAddress ?? '')) this.#open(socket, { connection, refusal: REPLIES.notInRange });
    else if (places.tryEnter()) this.#openInPlace(socket, connection);
    else void this.#wait(socket, connection);
  }

  /** A connection beyond the cap is not greeted until a place is free. */
  async #wait(socket: Socket, connection: SMTPConnectionOptions | null | undefined): Promise<void> {
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
    if (free && socket.destroyed) this.#dependencies.places.leave();
    else if (free) this.#openInPlace(socket, connection);
    else if (!socket.destroyed) this.#open(socket, { connection, refusal: REPLIES.noPlaceFree });
  }

  #openInPlace(socket: Socket, connection: SMTPConnectionOptions | null | undefined): void {
    socket.once('close', () => this.#dependencies.places.leave());
    this.#open(socket, { connection, refusal: undefined });
  }

  #open(
    socket: Socket,
    { connection, refusal }: {
      readonly connection: SMTPConnectionOptions | null | undefined;
      readonly refusal: Reply | undefined;
    },
  ): void {
    const session = new Session(this, socket, { connection, dependencies: this.#dependencies });
    this.connections.add(session);
    session.open(refusal ?? (this.#stopped.signal.aborted ? REPLIES.shuttingDown : undefined));
  }

  /** Resolves when the last session is gone. */
  drain(): Promise<void> {
    this.#closed ??= new Promise((resolve) => this.server.close(() => resolve()));
    this.#stopped.abort();
    for (const session of this.connections) if (session instanceof Session) session.drain();
    return this.#closed;
  }

  /** Cuts what is left. */
  stop(): Promise<void> {
    const closed = this.drain();
    for (const socket of this.#sockets) socket.destroy();
    return closed;
  }
}
