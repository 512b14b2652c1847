// One port of the HTTP door: node:http behind its entrance, with bounds on slow clients, and what is in flight.

import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Server } from 'node:net';
import type { Hono } from 'hono';
import { OpenSockets } from '../net/open-sockets.ts';
import { awaitContinue } from './await-continue.ts';
import { answerAdapterError, answerClientError } from './client-error.ts';
import { Entrance, type EntranceOptions } from './entrance.ts';
import type { DoorEnv } from './http-door.ts';
import { endConnectionAfter, OpenRequests } from './open-requests.ts';
import { type IsForwarder, toPeer } from './peer.ts';

/** Bounds in time, in milliseconds. */
export interface HttpTimeouts {
  /** From the first byte of a request to the end of its header section. */
  readonly headersMs: number;
  /** From the first byte of a request to the last. */
  readonly requestMs: number;
  /** Between two requests of one connection. */
  readonly keepAliveMs: number;
  /** How long the rest of a body is read and thrown away after an early answer. */
  readonly lingerMs: number;
  /** While draining, how long connections without a request are kept for one that may be on its way. */
  readonly unaskedMs: number;
}

/** What the server needs. */
export interface DrainableServerOptions extends EntranceOptions {
  readonly app: Pick<Hono<DoorEnv>, 'fetch'>;
  /** http-forwarded; left out: nobody's X-Forwarded-For is believed. */
  readonly isForwarder?: IsForwarder;
  /** 20 s, 600 s, 60 s, 10 s and 1 s unless given. */
  readonly timeouts?: Partial<HttpTimeouts>;
}

const TIMEOUTS: HttpTimeouts = {
  headersMs: 20_000,
  requestMs: 600_000,
  keepAliveMs: 60_000,
  lingerMs: 10_000,
  unaskedMs: 1_000,
};
// Room for some hundred recipients in a query; JSON takes the rest.
const MAX_HEADER_BYTES = 64 * 1024;

/** A server that can finish what it has begun. */
export interface DrainableServer {
  /** Not listening yet. */
  readonly server: Server;
  /** Resolves when every request in flight has been answered and every connection is gone. */
  drain(): Promise<void>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Creates the server around the application. */
export function createDrainableServer(options: DrainableServerOptions): DrainableServer {
  const { app, log, isForwarder, timeouts } = options;
  const { headersMs, requestMs, keepAliveMs, lingerMs, unaskedMs } = { ...TIMEOUTS, ...timeouts };
  const requests = new OpenRequests();
  let draining = false;
  const respond = getRequestListener(
    (request, env) => app.fetch(request, toBindings(env as HttpBindings, isForwarder)),
    {
      autoCleanupIncoming: false,
      errorHandler: (error) => answerAdapterError(error, log),
    },
  );
  const http = createServer({
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: keepAliveMs,
    connectionsCheckingInterval: Math.min(headersMs, 5_000),
    maxHeaderSize: MAX_HEADER_BYTES,
    requireHostHeader: false, // node:http would answer without a body; the app answers with a problem
  });
  const answer = (incoming: IncomingMessage, outgoing: ServerResponse) => {
    if (!requests.begin(incoming.socket, outgoing)) return;
    outgoing.once('finish', () => discardRest(incoming, lingerMs));
    if (draining) endConnectionAfter(outgoing);
    // HTTP/1.0 has no Host header (RFC 9112 section 3.2), and health checks speak it; the adapter wants one for its URLs.
    if (incoming.httpVersion === '1.0') incoming.headers.host ??= 'localhost';
    void respond(incoming, outgoing);
  };
  http.on('request', answer);
  http.on('checkContinue', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    awaitContinue(incoming, outgoing);
    answer(incoming, outgoing);
  });
  http.on('clientError', (error, socket) => {
    if (requests.isAnswering(socket)) socket.destroy();
    else answerClientError(error, socket, log);
  });
  // It is handed every connection, but has to take itself for a server that listens: from this event on it watches over
  // its time limits, and Deno's keeps a connection open for another request only while it listens.
  Object.defineProperty(http, 'listening', { get: () => !draining });
  http.emit('listening');
  const entrance = new Entrance(options, (socket) => {
    requests.add(socket);
    http.emit('connection', socket);
  });
  const sockets = new OpenSockets(entrance.server);
  const stop = () => {
    entrance.close();
    http.close(); // which ends idle connections
    return sockets.close();
  };
  return {
    server: entrance.server,
    drain() {
      draining = true;
      requests.endAfterAnswers();
      setTimeout(() => requests.cutUnasked(), unaskedMs).unref();
      return stop();
    },
    close() {
      const stopped = stop();
      http.closeAllConnections();
      return stopped;
    },
  };
}

function toBindings({ incoming }: HttpBindings, isForwarder: IsForwarder | undefined): DoorEnv['Bindings'] {
  return { peer: toPeer(incoming, isForwarder), body: incoming };
}

/**
 * After an early answer (413, 415 …) the client may still be sending. Closing now would reset the connection, and the
 * answer could be lost with it; so the rest is read for a while.
 */
function discardRest(incoming: IncomingMessage, lingerMs: number): void {
  if (incoming.complete || incoming.destroyed) return;
  const { socket } = incoming;
  const deadline = setTimeout(() => incoming.destroy(), lingerMs);
  // Node no longer tells an answered request that its connection is gone, so the connection itself is asked.
  const done = () => {
    clearTimeout(deadline);
    socket.off('close', done);
  };
  socket.once('close', done);
  incoming.once('close', done).once('end', done).resume();
}
