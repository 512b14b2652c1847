// What one process of a gateway has for itself or shares with others: ports, limits, and a number for its message ids.

import { createLoginThrottle, type LoginThrottle } from '../auth/login-throttle.ts';
import type { Config } from '../config/keys.ts';
import { capConnections } from './cap-connections.ts';
import { type AddressCounts, ConnectionCounts } from '../net/connection-counts.ts';
import { ContentRoom, type Room } from '../net/content-room.ts';
import { type Listen, listenOn } from '../net/listen.ts';
import { type Places, SessionPlaces } from '../net/session-places.ts';
import type { Log } from '../telemetry/log.ts';
import { toContentBytes } from './memory-shares.ts';
import type { Look } from './overview.ts';

/** One process's part. */
export interface GatewayPart {
  /** 0 alone, workers count from 1. */
  readonly worker: number;
  readonly workers: number;
  readonly listen: Listen;
  readonly places: Places;
  /** Connections of the HTTP door. */
  readonly httpPlaces: Pick<Places, 'tryEnter' | 'leave'>;
  readonly counts: AddressCounts;
  readonly throttle: LoginThrottle;
  /** At the gateway as a whole; left out: this process is all of it. */
  readonly look?: Look;
  readonly room: Room;
}

/** The limits of the configuration, as one process counts them for itself or for all. */
export interface GatewayLimits {
  readonly places: SessionPlaces;
  readonly httpPlaces: SessionPlaces;
  readonly counts: ConnectionCounts;
  readonly throttle: LoginThrottle;
  readonly room: ContentRoom;
}

// Connections beyond smtp-connections wait this long for a place.
const PLACE_WAIT_MS = 60_000;
// Content beyond memory-limit waits this long for room: long enough for others to be stored, far shorter than the five
// minutes that a client gives each of our replies (RFC 5321 section 4.5.3.2).
const ROOM_WAIT_MS = 10_000;

/** Nothing is taken yet. */
export function createLimits(config: Config): GatewayLimits {
  return {
    places: new SessionPlaces({ limit: config['smtp-connections'], waitMs: PLACE_WAIT_MS }),
    httpPlaces: new SessionPlaces({ limit: config['http-connections'], waitMs: 0 }),
    counts: new ConnectionCounts(config['smtp-connections-per-ip']),
    throttle: createLoginThrottle(),
    room: createContentRoom(config),
  };
}

/** All of it is free yet. */
export function createContentRoom(config: Config): ContentRoom {
  return new ContentRoom({ bytes: toContentBytes(config), waitMs: ROOM_WAIT_MS });
}

/** The part of the only process. */
export function createSolePart(config: Config, log: Log): GatewayPart {
  return { worker: 0, workers: 1, listen: capConnections(listenOn, { log }), ...createLimits(config) };
}

/** A worker's share of a number that holds for all workers together: at least 1, the remainder goes to the first ones. */
export function toShare(total: number, { worker, workers }: Pick<GatewayPart, 'worker' | 'workers'>): number {
  const extra = worker <= total % workers ? 1 : 0;
  return workers === 1 ? total : Math.max(1, Math.floor(total / workers) + extra);
}
