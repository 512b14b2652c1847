// GET /livez: says that the event loop turns, to anybody.

import type { Context } from 'hono';
import type { DoorEnv } from './http-door.ts';

/** Answers 200 as long as it is called at all. */
export function liveness(c: Context<DoorEnv>): Response {
  return c.json({ status: 'live' }, 200, { 'cache-control': 'no-store' });
}
