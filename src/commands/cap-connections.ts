// Keeps connections from taking the last file descriptors of the process: what it needs for its own work stays free.
//
// An accept that fails for want of a descriptor is told to nobody by Node, and ends the listening on Deno for good.

import { readdirSync, readFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import type { Log } from '../telemetry/log.ts';
import type { Listen } from '../net/listen.ts';

/** Descriptors of the process. */
export interface Descriptors {
  /** The most that it may have (ulimit -n). */
  readonly limit: number;
  readonly used: number;
}

/** Options of `capConnections`. */
export interface CapConnectionsOptions {
  readonly log: Log;
  /** Undefined where the system does not tell. */
  readonly readDescriptors?: () => Descriptors | undefined;
}

// For look-ups, backends, the broker, files that are read again, and for what is accepted in one go only to be closed.
const RESERVE_SHARE = 1 / 8;
const LEAST_RESERVE = 8;
// They count as free again once so many connections have gone.
const FREE_SHARE = 0.9;

/** The same way to listen; all servers that are opened so have one cap, past which connections are closed at once. */
export function capConnections(
  listen: Listen,
  { log, readDescriptors = readOwnDescriptors }: CapConnectionsOptions,
): Listen {
  const open = new Map<Server, number>();
  let total = 0;
  let most: number | undefined;
  let isShort = false;

  function shareOut(): void {
    most ??= toMostConnections(readDescriptors(), total);
    if (most === Infinity) return;
    // The server closes what comes beyond its own cap before anybody hears of it.
    for (const [server, count] of open) server.maxConnections = Math.max(1, most - (total - count));
    if (!isShort && total >= most) {
      isShort = true;
      log.emit('gateway.descriptors-short', { connections: total });
    } else if (isShort && total <= most * FREE_SHARE) {
      isShort = false;
      log.emit('gateway.descriptors-free', { connections: total });
    }
  }

  function count(server: Server, change: 1 | -1): void {
    open.set(server, (open.get(server) ?? 0) + change);
    total += change;
    shareOut();
  }

  return (server, target) => {
    open.set(server, 0);
    server.on('connection', (socket: Socket) => {
      count(server, 1);
      socket.once('close', () => count(server, -1));
    });
    return listen(server, target);
  };
}

function toMostConnections(descriptors: Descriptors | undefined, connections: number): number {
  if (descriptors === undefined) return Infinity;
  const { limit, used } = descriptors;
  const reserve = Math.max(LEAST_RESERVE, Math.ceil(limit * RESERVE_SHARE));
  return Math.max(1, limit - reserve - (used - connections));
}

/** Reads it from Linux. */
function readOwnDescriptors(): Descriptors | undefined {
  try {
    const limit = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return limit === undefined ? undefined : { limit: Number(limit), used: readdirSync('/proc/self/fd').length };
  } catch {
    return undefined;
  }
}
