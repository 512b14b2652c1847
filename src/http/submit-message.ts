// POST /v1/messages: from one request to the pipeline, and back with a durable 202 or a problem.

import type { Context } from 'hono';
import { composeMail } from './compose-mail.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { parseJsonMessage } from './json-message.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Problem, type Result, toProblem } from './problem.ts';
import { type EnvelopeSource, parseRawMessage } from './raw-message.ts';
import { readBody, toBodyStream } from './read-body.ts';
import { answerProblem, refuse } from './refuse.ts';
import { resolveEnvelope } from './resolve-envelope.ts';

const BODY_IDLE_TIMEOUT_MS = 60_000;

type Parse = (body: readonly Uint8Array[], source: EnvelopeSource) => Result<MessageRequest>;

/** The forms a message may come in, by media type. */
const FORMS: ReadonlyMap<string, Parse> = new Map<string, Parse>([
  ['application/json', parseJsonForm],
  ['message/rfc822', parseRawMessage],
]);

/** The Accept-Post header of /v1/messages. */
export const ACCEPT_POST = [...FORMS.keys()].join(', ');

/** Creates the operation. */
export function submitMessage(door: HttpDoor): (c: Context<DoorEnv>) => Promise<Response> {
  return async function submitMessage(c) {
    const message = await parseRequest(c, door);
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

async function parseRequest(c: Context<DoorEnv>, door: HttpDoor): Promise<Result<MessageRequest>> {
  const parse = chooseForm(c, door);
  if (!parse.ok) return parse;
  const body = await readBody(
    toBodyStream(c.env.body, c.req.raw),
    c.req.header('content-length'),
    { maxBytes: door.maxBytes, idleTimeoutMs: door.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS },
  );
  if (!body.ok) return body;
  return parse.value(body.value, { query: rawQuery(c.req.url), header: (name) => c.req.header(name) });
}

/** Everything that can be told from the header section, before a byte of the body is read. */
function chooseForm(c: Context<DoorEnv>, door: HttpDoor): Result<Parse> {
  if (door.draining()) return failure(DRAINING);
  if (c.req.header('idempotency-key') !== undefined) return failure(IDEMPOTENCY_KEY);
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return failure(CONTENT_ENCODING);
  const form = FORMS.get(toMediaType(c.req.header('content-type') ?? ''));
  return form === undefined ? failure(MEDIA_TYPE) : { ok: true, value: form };
}

/** The bare media type; empty when a charset other than UTF-8 is claimed. */
function toMediaType(contentType: string): string {
  const [type = '', ...parameters] = contentType.toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset) ? type : '';
}

/** The part of the URL between `?` and `#`, still encoded; raw bytes in it were refused when the request was parsed. */
function rawQuery(url: string): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? '';
}

function parseJsonForm(body: readonly Uint8Array[], { query, header }: EnvelopeSource): Result<MessageRequest> {
  const stray = query !== '' || header('X-Envelope-From') !== undefined || header('X-Envelope-To') !== undefined;
  return stray ? failure(STRAY_ENVELOPE) : parseJsonMessage(body);
}

const DRAINING: Problem = { code: 'draining', detail: 'The gateway is shutting down.' };
const IDEMPOTENCY_KEY: Problem = {
  code: 'idempotency-key-unsupported',
  detail: 'This gateway does not keep such keys.',
};
// RFC 9110 section 15.5.16: Accept-Encoding names what would be taken.
const CONTENT_ENCODING: Problem = {
  code: 'unsupported-content-encoding',
  detail: 'Content-Encoding must be left out.',
  headers: { 'accept-encoding': 'identity' },
};
const MEDIA_TYPE: Problem = {
  code: 'unsupported-media-type',
  detail: `Content-Type must be one of: ${ACCEPT_POST}.`,
  headers: { 'accept-post': ACCEPT_POST },
};
const STRAY_ENVELOPE: Problem = {
  code: 'unexpected-parameter',
  detail: 'With application/json the envelope stands in the body.',
};
