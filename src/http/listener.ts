// Opens the HTTP door on every configured address and port, and closes it gracefully or at once.

import { type BoundAddress, type Listen, listenOn } from '../net/listen.ts';
import { createDrainableServer, type DrainableServer, type DrainableServerOptions } from './drainable-server.ts';
import type { DoorTls } from './entrance.ts';

/** What `listenHttp` needs. */
export interface ListenHttpOptions extends Omit<DrainableServerOptions, 'tls'> {
  /** IP addresses; empty is all addresses. */
  readonly addresses: readonly string[];
  /** Ports in the clear; 0 lets the system choose. */
  readonly ports: readonly number[];
  /** Ports with TLS from the first byte. */
  readonly securePorts?: { readonly ports: readonly number[]; readonly tls: DoorTls };
  /** How the ports are opened; left out: by this process. */
  readonly listen?: Listen;
  /** The key that chooses the ports in the clear, for the error text; left out: http-port. */
  readonly portKey?: string;
}

/** A place where the door listens. */
export interface HttpPlace extends BoundAddress {
  /** TLS from the first byte. */
  readonly secure: boolean;
}

/** Open sockets. */
export interface HttpListener {
  readonly bound: readonly HttpPlace[];
  /** Accepts nothing new and resolves when the requests in flight have been answered. Has no deadline of its own. */
  drain(): Promise<void>;
  /** Cuts every connection. */
  close(): Promise<void>;
}

/** Opens every address and port; rejects, with all of them closed again, when one cannot be opened. */
export async function listenHttp(options: ListenHttpOptions): Promise<HttpListener> {
  const { addresses, ports, securePorts, log, listen = listenOn, portKey = 'http-port' } = options;
  const servers: DrainableServer[] = [];
  const bound: HttpPlace[] = [];
  const open = async (port: number, tls?: DoorTls) => {
    for (const address of addresses.length > 0 ? addresses : [undefined]) {
      const server = createDrainableServer({ ...options, ...(tls === undefined ? {} : { tls }) });
      servers.push(server);
      const target = { address, port, door: 'HTTP', portKey: tls === undefined ? portKey : 'http-secure-port' };
      bound.push({ ...await listen(server.server, target), secure: tls !== undefined });
      server.server.on('error', (error) => log.emit('gateway.fault', { door: 'http', error: error.message }));
    }
  };
  try {
    for (const port of ports) await open(port);
    for (const port of securePorts?.ports ?? []) await open(port, securePorts?.tls);
  } catch (error) {
    await Promise.all(servers.map((server) => server.close()));
    throw error;
  }
  for (const place of bound) log.emit('http.listening', { ...place });
  return {
    bound,
    drain: async () => void await Promise.all(servers.map((server) => server.drain())),
    close: async () => void await Promise.all(servers.map((server) => server.close())),
  };
}
