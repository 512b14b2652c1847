// POST /v1/inject: MailerQ's way in, one object in its outgoing format to the inbox, without any step in between.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseInjectMessage } from './json-message.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { toProblem } from './problem.ts';
import { answerProblem, refuse } from './refuse.ts';
import { resolveEnvelope } from './resolve-envelope.ts';

const FORMS: Forms = new Map<string, Parse>([['application/json', parseInjectMessage]]);

/** Creates the operation: 200 once the record is durable. */
export function injectMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function injectMessage(c) {
    const message = await parseRequest(c, { door, forms: FORMS });
    if (!message.ok) return refuse(c, message.problem, door.log);
    const resolved = resolveEnvelope(message.value, door);
    if (!resolved.ok) return refuse(c, resolved.problem, door.log);
    const { address, port, secure } = c.env.peer;
    const authentication = c.get('authentication');
    const disposition = await door.pipeline.inject({
      origin: { door: 'http', authentication, remoteIp: address, remotePort: port, secure },
      trusted: true,
      hostname: door.hostname,
      sessionId: c.get('requestId'),
      ...resolved.value,
      properties: message.value.properties ?? {},
    });
    if (disposition.outcome !== 'accepted') return answerProblem(c, toProblem(disposition));
    return c.json({ 'message-id': disposition.records[0]?.id });
  };
}
