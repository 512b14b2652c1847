// Opens the HTTP door on every configured address and port, and closes it gracefully or at once.

import { type BoundAddress, type Listen, listenOn } from '../net/listen.ts';
import { createDrainableServer, type DrainableServer, type DrainableServerOptions } from './drainable-server.ts';

/** What `listenHttp` needs. */
export interface ListenHttpOptions extends DrainableServerOptions {
  /** http-ip; empty is all addresses. */
  readonly addresses: readonly string[];
  /** http-port; 0 lets the system choose. */
  readonly ports: readonly number[];
  /** How the ports are opened; left out: by this process. */
  readonly listen?: Listen;
}

/** Open sockets. */
export interface HttpListener {
  readonly bound: readonly BoundAddress[];
  /** Accepts nothing new and resolves when the requests in flight have been answered. Has no deadline of its own. */
  drain(): Promise<void>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Opens every address and port; rejects, with all of them closed again, when one cannot be opened. */
export async function listenHttp(options: ListenHttpOptions): Promise<HttpListener> {
  const { addresses, ports, log, listen = listenOn } = options;
  const servers: DrainableServer[] = [];
  const bound: BoundAddress[] = [];
  try {
    for (const port of ports) {
      for (const address of addresses.length > 0 ? addresses : [undefined]) {
        const server = createDrainableServer(options);
        bound.push(await listen(server.server, { address, port, door: 'HTTP', portKey: 'http-port' }));
        server.server.on('error', (error) => log.emit('gateway.fault', { door: 'http', error: error.message }));
        servers.push(server);
      }
    }
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  for (const { address, port } of bound) log.emit('http.listening', { address, port });
  return {
    bound,
    drain: async () => void await Promise.all(servers.map((server) => server.drain())),
    close: async () => void await Promise.all(servers.map((server) => server.close())),
  };
}
