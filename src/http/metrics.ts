// GET /metrics: the gateway's numbers for Prometheus, on the door for programs of this machine and for those with credentials.

import type { Context, MiddlewareHandler } from 'hono';
import { refuseOnlooker, toAccessRequest } from './access.ts';
import { authenticate, toAuthenticationRequest } from './authenticate.ts';
import type { AccessRules, DoorEnv, HttpDoor } from './http-door.ts';
import { isOnThisHost } from './peer.ts';
import type { Problem } from './problem.ts';
import { refuse } from './refuse.ts';

// Prometheus' text format, version 0.0.4.
const HEADERS = { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' };

/** Creates the operation. */
export function metrics(read: () => Promise<string>): (c: Context<DoorEnv>) => Promise<Response> {
  return async function metrics(c) {
    return c.body(await read(), 200, HEADERS);
  };
}

/** Turns away who is neither on this machine nor has credentials. */
export function guardMetrics({ access, log }: Pick<HttpDoor, 'access' | 'log'>): MiddlewareHandler<DoorEnv> {
  return async function guardMetrics(c, next) {
    const problem = refuseOnlooker(toAccessRequest(c), access) ?? await refuseStranger(c, access);
    if (problem !== undefined) return refuse(c, problem, log);
    await next();
    return undefined;
  };
}

async function refuseStranger(c: Context<DoorEnv>, { credentials }: AccessRules): Promise<Problem | undefined> {
  if (isOnThisHost(c.env.peer)) return undefined;
  if (credentials === undefined) return ELSEWHERE;
  const name = await authenticate(toAuthenticationRequest(c), credentials);
  return name.ok ? undefined : name.problem;
}

const ELSEWHERE: Problem = {
  code: 'out-of-range',
  detail:
    'Without credentials, metrics are for programs on this machine; metrics-port has them on a port of their own.',
};
