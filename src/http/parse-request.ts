// Reads a request that carries a message: what its header section says first, then the body in one of the known forms.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Problem, type Result } from './problem.ts';
import type { EnvelopeSource } from './raw-message.ts';
import { readBody, toBodyStream } from './read-body.ts';

const BODY_IDLE_TIMEOUT_MS = 60_000;

/** Makes a message of a body. */
export type Parse = (body: readonly Uint8Array[], source: EnvelopeSource) => Result<MessageRequest>;

/** The forms a message may come in, by media type. */
export type Forms = ReadonlyMap<string, Parse>;

/** What `parseRequest` needs beside the request. */
export interface ParseOptions {
  readonly door: HttpDoor;
  readonly forms: Forms;
}

/** Reads and parses; nothing is read of a body whose header section is refused. */
export async function parseRequest(
  c: Context<DoorEnv>,
  { door, forms }: ParseOptions,
): Promise<Result<MessageRequest>> {
  const parse = chooseForm(c, { door, forms });
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
function chooseForm(c: Context<DoorEnv>, { door, forms }: ParseOptions): Result<Parse> {
  if (door.draining()) return failure(DRAINING);
  if (c.req.header('idempotency-key') !== undefined) return failure(IDEMPOTENCY_KEY);
  const encoding = c.req.header('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() !== 'identity') return failure(CONTENT_ENCODING);
  const form = forms.get(toMediaType(c.req.header('content-type') ?? ''));
  return form === undefined ? failure(unsupported(forms)) : { ok: true, value: form };
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

function unsupported(forms: Forms): Problem {
  const types = [...forms.keys()].join(', ');
  return {
    code: 'unsupported-media-type',
    detail: `Content-Type must be one of: ${types}.`,
    headers: { 'accept-post': types },
  };
}
