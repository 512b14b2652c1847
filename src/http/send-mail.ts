// POST /v1/mail/send: Inboxbooster's way in, a message whose header section says who gets it and how urgent it is.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseOctetMail } from './octet-mail.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { answerRefused, submit, toReplayHeader } from './submit.ts';

const FORMS: Forms = new Map<string, Parse>([['application/octet-stream', parseOctetMail]]);

/** Creates the operation: 200 without a body, as Inboxbooster answers, once every record is durable. */
export function sendMail(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function sendMail(c) {
    const submitted = await submit(await parseRequest(c, { door, forms: FORMS }), { c, door });
    return submitted.ok
      ? c.body(null, 200, { 'content-length': '0', ...toReplayHeader(submitted) })
      : answerRefused(submitted, { c, door });
  };
}
