// Binding of a door's port, with errors that say what to do.

import type { AddressInfo, Server } from 'node:net';

/** Where to listen. */
export interface ListenTarget {
  /** IP address; undefined for all addresses of the host. */
  readonly address: string | undefined;
  readonly port: number;
  /** For the error text: `SMTP`, `HTTP`. */
  readonly door: string;
  /** The key that chooses the port. */
  readonly portKey: string;
}

/** An address a door listens on. */
export interface BoundAddress {
  readonly address: string;
  readonly port: number;
}

/** Gets a server the connections of a port: by listening, or from a process that does. Rejects as `listenOn` does. */
export type Listen = (server: Server, target: ListenTarget) => Promise<BoundAddress>;

/** Starts listening; rejects with an `Error` that names address, cause and remedy. */
export async function listenOn(server: Server, target: ListenTarget): Promise<BoundAddress> {
  try {
    return await bind(server, { host: target.address ?? '::', port: target.port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A host without IPv6 has no `::`.
    if (target.address === undefined && (code === 'EAFNOSUPPORT' || isNoAddress(code))) {
      return await bind(server, { host: '0.0.0.0', port: target.port })
        .catch((cause) => Promise.reject(toListenError(cause, target)));
    }
    throw toListenError(error as NodeJS.ErrnoException, target);
  }
}

function bind(server: Server, place: { readonly host: string; readonly port: number }): Promise<BoundAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...place, backlog: 1024 }, () => {
      server.removeListener('error', reject);
      const { address, port } = server.address() as AddressInfo;
      resolve({ address, port });
    });
  });
}

function toListenError(cause: NodeJS.ErrnoException, { address, port, door, portKey }: ListenTarget): Error {
  const place = `${address ?? 'all addresses'}, port ${port}`;
  return new Error(`Cannot open the ${door} door on ${place}: ${toRemedy(cause, portKey)}`, { cause });
}

function toRemedy(cause: NodeJS.ErrnoException, portKey: string): string {
  if (cause.code === 'EADDRINUSE') return `the port is in use; stop the other program or set ${portKey}`;
  if (cause.code === 'EACCES' || cause.code === 'EPERM') {
    return `no permission; ports below 1024 need root or the capability CAP_NET_BIND_SERVICE, or set ${portKey}`;
  }
  if (isNoAddress(cause.code)) return 'this host does not have that address';
  return cause.message;
}

/** Deno says EINVAL where the system and Node say EADDRNOTAVAIL. */
function isNoAddress(code: string | undefined): boolean {
  return code === 'EADDRNOTAVAIL' || code === 'EINVAL';
}
