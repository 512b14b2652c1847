// GET /readyz: whether messages can be stored now; the reasons are for those who may use the door.

import type { Context } from 'hono';
import { refuseAccess, toAccessRequest } from './access.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';

/** Creates the operation: 200 when ready, 503 when draining or when the outlet is not ready. */
export function readiness({ health, draining, access }: HttpDoor): (c: Context<DoorEnv>) => Response {
  return function readiness(c) {
    const outlet = health();
    const reasons = [...(draining() ? ['draining'] : []), ...outlet.reasons];
    const ready = outlet.ready && !draining();
    const body = {
      status: ready ? 'ready' : 'not-ready',
      ...(refuseAccess(toAccessRequest(c), access) === undefined ? { reasons } : {}),
    };
    return c.json(body, ready ? 200 : 503, { 'cache-control': 'no-store' });
  };
}
