// The open connections of a server, also of one that gets them from another process instead of listening.

import type { Server, Socket } from 'node:net';

/** Counts the connections of one server from now on. */
export class OpenSockets {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #none = Promise.withResolvers<void>();

  constructor(server: Server) {
    this.#server = server;
    this.#none.resolve();
    server.on('connection', (socket: Socket) => this.#add(socket));
  }

  /** Stops listening; resolves when the last connection is gone. */
  async close(): Promise<void> {
    // Its callback comes with the last connection that it accepted itself, or at once when it never listened.
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
    while (this.#sockets.size > 0) await this.#none.promise;
  }

  #add(socket: Socket): void {
    if (this.#sockets.size === 0) this.#none = Promise.withResolvers();
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      if (this.#sockets.size === 0) this.#none.resolve();
    });
  }
}
