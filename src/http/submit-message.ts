// POST /v1/messages: from one request to the pipeline, and back with a durable 202 or a problem.

import type { Context } from 'hono';
import { composeMail } from './compose-mail.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseJsonMessage } from './json-message.ts';
import type { MessageRequest } from './message-request.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { failure, type Problem, type Result, toProblem } from './problem.ts';
import { type EnvelopeSource, parseRawMessage } from './raw-message.ts';
import { answerProblem, refuse } from './refuse.ts';
import { resolveEnvelope } from './resolve-envelope.ts';

/** The forms a message may come in, by media type. */
const FORMS: Forms = new Map<string, Parse>([
  ['application/json', parseJsonForm],
  ['message/rfc822', parseRawMessage],
]);

/** The Accept-Post header of /v1/messages. */
export const ACCEPT_POST = [...FORMS.keys()].join(', ');

/** Creates the operation. */
export function submitMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function submitMessage(c) {
    const message = await parseRequest(c, { door, forms: FORMS });
    if (!message.ok) return refuse(c, message.problem, door.log);
    const resolved = resolveEnvelope(message.value, door);
    if (!resolved.ok) return refuse(c, resolved.problem, door.log);
    const { mail, properties } = message.value;
    const composed = mail === undefined ? undefined : await composeMail(mail, door);
    if (composed?.ok === false) return refuse(c, composed.problem, door.log);
    const { address, port, secure } = c.env.peer;
    const disposition = await door.pipeline.ingest({
      origin: { door: 'http', authentication: c.get('authentication'), remoteIp: address, remotePort: port, secure },
      trusted: true,
      hostname: door.hostname,
      sessionId: c.get('requestId'),
      ...resolved.value,
      ...(composed === undefined ? {} : { content: composed.value }),
      ...(properties === undefined ? {} : { properties }),
    });
    if (disposition.outcome !== 'accepted') return answerProblem(c, toProblem(disposition));
    const records = disposition.records.map(({ id, recipient, queue }) => ({ 'message-id': id, recipient, queue }));
    return c.json({ id: records[0]?.['message-id'], records }, 202);
  };
}

function parseJsonForm(body: readonly Uint8Array[], { query, header }: EnvelopeSource): Result<MessageRequest> {
  const stray = query !== '' || header('X-Envelope-From') !== undefined || header('X-Envelope-To') !== undefined;
  return stray ? failure(STRAY_ENVELOPE) : parseJsonMessage(body);
}

const STRAY_ENVELOPE: Problem = {
  code: 'unexpected-parameter',
  detail: 'With application/json the envelope stands in the body.',
};
