// POST /v1/messages: from one request to the pipeline, and back with a durable 202 or a problem.

import type { Context } from 'hono';
import { parseFormMessage } from './form-message.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseJsonMessage } from './json-message.ts';
import { type Forms, type Parse, parseRequest } from './parse-request.ts';
import { failure, type Problem } from './problem.ts';
import { ENVELOPE_HEADERS, parseRawMessage } from './raw-message.ts';
import { toMediaType } from './request-head.ts';
import { NDJSON, submitLines } from './submit-lines.ts';
import { answerRefused, submit, toAnswer, toReplayHeader } from './submit.ts';

/** The forms a message may come in, by media type. */
const FORMS: Forms = new Map<string, Parse>([
  ['application/json', withoutStrayEnvelope(parseJsonMessage)],
  ['message/rfc822', parseRawMessage],
  ['multipart/form-data', withoutStrayEnvelope(parseFormMessage)],
]);

/** The Accept-Post header of /v1/messages. */
export const ACCEPT_POST = [...FORMS.keys(), NDJSON].join(', ');

/** Creates the operation. */
export function submitMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function submitMessage(c) {
    if (toMediaType(c.req.header('content-type')) === NDJSON) return submitLines(c, door);
    const message = await parseRequest(c, { door, forms: FORMS, accepts: ACCEPT_POST });
    const submitted = await submit(message, { c, door });
    if (!submitted.ok) return answerRefused(submitted, { c, door });
    return c.json(toAnswer(submitted.records), 202, toReplayHeader(submitted));
  };
}

/** Where the envelope stands in the body, one beside it could only be ignored. */
function withoutStrayEnvelope(parse: Parse): Parse {
  return (body, source) => {
    const { query, header } = source;
    const stray = query !== '' || ENVELOPE_HEADERS.some((name) => header(name) !== undefined);
    return stray ? failure(STRAY_ENVELOPE) : parse(body, source);
  };
}

const STRAY_ENVELOPE: Problem = {
  code: 'unexpected-parameter',
  detail: 'With this Content-Type the envelope stands in the body.',
};
