// The room that a request's body and what is made of it take (key memory-limit): taken to read it, given back with the answer.

import type { Context, MiddlewareHandler } from 'hono';
import { ContentLease } from '../net/content-lease.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';

/** Bytes in memory for each of JSON: as it came, joined, as text, and the message out of it. The pipeline gives back the rest. */
export const JSON_WEIGHT = 4;

/** Takes nothing yet. Nobody waits over HTTP: the answer says when to come again. */
export function openBodyRoom(
  c: Context<DoorEnv>,
  { room, contentWeight, maxBytes }: Pick<HttpDoor, 'room' | 'contentWeight' | 'maxBytes'>,
): ContentLease {
  const isMessage = /^(?:message\/rfc822|application\/octet-stream)/i.test(c.req.header('content-type') ?? '');
  const lease = new ContentLease({ room, weight: isMessage ? contentWeight : JSON_WEIGHT, maxBytes });
  c.set('lease', lease);
  return lease;
}

/** Gives back, however the request has ended. */
export const giveBackRoom: MiddlewareHandler<DoorEnv> = async function giveBackRoom(c, next) {
  try {
    await next();
  } finally {
    c.get('lease')?.release();
  }
};
