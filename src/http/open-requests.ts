// The connections of one port with what is asked on each and not answered yet: few enough, and known when it is time to end.

import type { ServerResponse } from 'node:http';
import { Socket } from 'node:net';

// One read of a socket may hold a thousand requests, each of which costs far more than its bytes.
const MOST_AT_ONCE = 100;

/** Follows connections and requests. */
export class OpenRequests {
  readonly #connections = new Map<Socket, Set<ServerResponse>>();

  /** From here to its close a connection is followed. */
  add(socket: Socket): void {
    this.#connections.set(socket, new Set());
    // What was sent ahead and never got its turn has no other end.
    socket.once('close', () => this.#connections.delete(socket));
  }

  /** Begins a request; false on a connection that is gone, or that asks too much before it is answered, which ends it. */
  begin(socket: Socket, outgoing: ServerResponse): boolean {
    const requests = this.#connections.get(socket);
    if (requests === undefined || socket.destroyed) return false;
    if (requests.size >= MOST_AT_ONCE) {
      socket.destroy();
      return false;
    }
    requests.add(outgoing);
    outgoing.once('close', () => requests.delete(outgoing));
    return true;
  }

  /** Whether an answer has begun, so that there is no room for another one. */
  isAnswering(connection: object): boolean {
    const requests = connection instanceof Socket ? this.#connections.get(connection) : undefined;
    return [...requests ?? []].some(({ socket, headersSent }) => socket === connection && headersSent);
  }

  /** Has every connection end after the answer that is due. */
  endAfterAnswers(): void {
    for (const requests of this.#connections.values()) requests.forEach(endConnectionAfter);
  }

  /** Ends the connections on which nothing is asked. */
  cutUnasked(): void {
    for (const [socket, requests] of this.#connections) if (requests.size === 0) socket.destroy();
  }
}

/** Has the connection end after this answer. */
export function endConnectionAfter(outgoing: ServerResponse): void {
  if (!outgoing.headersSent) outgoing.setHeader('connection', 'close');
}
