// Reads a request that carries a message: what its header section says first, then the body in one of the known forms.

import type { Context } from 'hono';
import { openBodyRoom } from './body-room.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { readIdempotencyKey, toRequestKey, toShape } from './idempotency-key.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Problem, type Result } from './problem.ts';
import type { EnvelopeSource } from './raw-message.ts';
import { refuseHead, toMediaType } from './request-head.ts';
import { readBody, toBodyStream } from './read-body.ts';

const BODY_IDLE_TIMEOUT_MS = 60_000;

/** Makes a message of a body. */
export type Parse = (body: Uint8Array[], source: EnvelopeSource) => Result<MessageRequest>;

/** The forms a message may come in, by media type. */
export type Forms = ReadonlyMap<string, Parse>;

/** What `parseRequest` needs beside the request. */
export interface ParseOptions {
  readonly door: HttpDoor;
  readonly forms: Forms;
  /** The Accept-Post header, where the operation takes more than the forms. */
  readonly accepts?: string;
}

/** Reads and parses; nothing is read of a body whose header section is refused. */
export async function parseRequest(
  c: Context<DoorEnv>,
  options: ParseOptions,
): Promise<Result<MessageRequest>> {
  const { door } = options;
  const chosen = chooseForm(c, options);
  if (!chosen.ok) return chosen;
  const { parse, mediaType, key } = chosen.value;
  const body = await readBody(
    toBodyStream(c.env.body, c.req.raw),
    c.req.header('content-length'),
    {
      maxBytes: door.maxBytes,
      idleTimeoutMs: door.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS,
      lease: openBodyRoom(c, door),
    },
  );
  if (!body.ok) return body;
  const query = rawQuery(c.req.url);
  if (key === undefined) return parse(body.value, { query, header: (name) => c.req.header(name) });
  const headers = new Map<string, string | undefined>();
  const header = (name: string) => {
    const value = c.req.header(name);
    if (name.toLowerCase() !== 'content-type') headers.set(name.toLowerCase(), value);
    return value;
  };
  const message = parse(body.value, { query, header });
  if (!message.ok) return message;
  const contentType = c.req.header('content-type') ?? '';
  const shape = toShape({ mediaType, contentType, query, headers, body: body.value });
  return { ok: true, value: { ...message.value, key: toRequestKey(c, { key, shape }) } };
}

/** What is known of a request before its body. */
interface ChosenForm {
  readonly parse: Parse;
  readonly mediaType: string;
  /** The Idempotency-Key. */
  readonly key: Uint8Array | undefined;
}

/** Everything that can be told from the header section, before a byte of the body is read. */
function chooseForm(c: Context<DoorEnv>, { door, forms, accepts }: ParseOptions): Result<ChosenForm> {
  const refused = refuseHead(c, door);
  if (refused !== undefined) return failure(refused);
  const mediaType = toMediaType(c.req.header('content-type'));
  const parse = forms.get(mediaType);
  if (parse === undefined) return failure(unsupported(accepts ?? [...forms.keys()].join(', ')));
  const key = readIdempotencyKey(c);
  return key.ok ? { ok: true, value: { parse, mediaType, key: key.value } } : key;
}

/** The part of the URL between `?` and `#`, still encoded; raw bytes in it were refused when the request was parsed. */
function rawQuery(url: string): string {
  return /\?([^#]*)/.exec(url)?.[1] ?? '';
}

function unsupported(types: string): Problem {
  return {
    code: 'unsupported-media-type',
    detail: `Content-Type must be one of: ${types}.`,
    headers: { 'accept-post': types },
  };
}
