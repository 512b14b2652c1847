// POST /v1/inject: MailerQ's way in, one object in its outgoing format to the inbox, without any step in between.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseInjectMessage } from './json-message.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { answerRefused, submit, toReplayHeader } from './submit.ts';

const FORMS: Forms = new Map<string, Parse>([['application/json', parseInjectMessage]]);

/** Creates the operation: 200 once the record is durable. */
export function injectMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function injectMessage(c) {
    const submitted = await submit(await parseRequest(c, { door, forms: FORMS }), { c, door, verb: 'inject' });
    if (!submitted.ok) return answerRefused(submitted, { c, door });
    return c.json({ 'message-id': submitted.records[0]?.id }, 200, toReplayHeader(submitted));
  };
}
