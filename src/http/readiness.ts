// GET /readyz: whether messages can be stored now; the reasons are for those who may use the door.

import type { Context } from 'hono';
import { refuseOnlooker, toAccessRequest } from './access.ts';
import { authenticate, toAuthenticationRequest } from './authenticate.ts';
import type { OutletHealth } from '../queue/outlet.ts';
import type { AccessRules, DoorEnv, HttpDoor } from './http-door.ts';
import { isOnThisHost } from './peer.ts';

/** Creates the operation: 200 when ready, 503 when draining or when the outlet is not ready. */
export function readiness({ health, draining, access }: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function readiness(c) {
    const { ready, reasons } = await health();
    const answer = draining() ? { ready: false, reasons: [...new Set(['draining', ...reasons])] } : { ready, reasons };
    return toReadinessAnswer(c, answer, { withReasons: await isAuthorised(c, access) });
  };
}

/** Answers 200 or 503. */
export function toReadinessAnswer(
  c: Context<DoorEnv>,
  { ready, reasons }: OutletHealth,
  { withReasons }: { readonly withReasons: boolean },
): Response {
  const body = { status: ready ? 'ready' : 'not-ready', ...(withReasons ? { reasons } : {}) };
  return c.json(body, ready ? 200 : 503, { 'cache-control': 'no-store' });
}

/** A program on this machine, such as the health check of a container, has no credentials. */
async function isAuthorised(c: Context<DoorEnv>, access: AccessRules): Promise<boolean> {
  if (refuseOnlooker(toAccessRequest(c), access) !== undefined) return false;
  if (access.credentials === undefined || isOnThisHost(c.env.peer)) return true;
  if (c.req.header('authorization') === undefined) return false;
  return (await authenticate(toAuthenticationRequest(c), access.credentials)).ok;
}
