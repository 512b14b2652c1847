// POST /v1/messages: from one request to the pipeline, and back with a durable 202 or a problem.

import type { Context } from 'hono';
import type { StoredRecord } from '../mail/disposition.ts';
import { parseFormMessage } from './form-message.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseJsonMessage } from './json-message.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { failure, type Problem } from './problem.ts';
import { parseRawMessage } from './raw-message.ts';
import { answerRefused, submit } from './submit.ts';

/** The forms a message may come in, by media type. */
const FORMS: Forms = new Map<string, Parse>([
  ['application/json', withoutStrayEnvelope(parseJsonMessage)],
  ['message/rfc822', parseRawMessage],
  ['multipart/form-data', withoutStrayEnvelope(parseFormMessage)],
]);

/** The Accept-Post header of /v1/messages. */
export const ACCEPT_POST = [...FORMS.keys()].join(', ');

/** Creates the operation. */
export function submitMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function submitMessage(c) {
    const submitted = await submit(await parseRequest(c, { door, forms: FORMS }), { c, door });
    return submitted.ok ? c.json(toAnswer(submitted.records), 202) : answerRefused(submitted, { c, door });
  };
}

/** What the client is told of its records. */
export function toAnswer(
  stored: readonly StoredRecord[],
): { readonly id: string | undefined; readonly records: object[] } {
  const records = stored.map(({ id, recipient, queue }) => ({ 'message-id': id, recipient, queue }));
  return { id: stored[0]?.id, records };
}

/** Where the envelope stands in the body, one beside it could only be ignored. */
function withoutStrayEnvelope(parse: Parse): Parse {
  return (body, source) => {
    const { query, header } = source;
    const stray = query !== '' || header('X-Envelope-From') !== undefined || header('X-Envelope-To') !== undefined;
    return stray ? failure(STRAY_ENVELOPE) : parse(body, source);
  };
}

const STRAY_ENVELOPE: Problem = {
  code: 'unexpected-parameter',
  detail: 'With this Content-Type the envelope stands in the body.',
};
