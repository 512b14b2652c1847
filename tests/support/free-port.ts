// Finds ports nobody listens on, for programs that must be told their port.
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';

/** The port that a server listens on; 0 when it does not. */
export function portOf(server: Server): number {
  return (server.address() as AddressInfo | null)?.port ?? 0;
}

/** `count` different ports that were free on loopback a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map(portOf);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
