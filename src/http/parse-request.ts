// Reads a request that carries a message: what its header section says first, then the body in one of the known forms.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Problem, type Result } from './problem.ts';
import type { EnvelopeSource } from './raw-message.ts';
import { refuseHead, toMediaType } from './request-head.ts';
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
  /** The Accept-Post header, where the operation takes more than the forms. */
  readonly accepts?: string;
}

/** Reads and parses; nothing is read of a body whose header section is refused. */
export async function parseRequest(
  c: Context<DoorEnv>,
  options: ParseOptions,
): Promise<Result<MessageRequest>> {
  const { door } = options;
  const parse = chooseForm(c, options);
  if (!parse.ok) return parse;
  const body = await readBody(
    toBodyStream(c.env.body, c.req.raw),
    c.req.header('content-length'),
    { maxBytes: door.maxBytes, idleTimeoutMs: door.bodyIdleTimeoutMs ?? BODY_IDLE_TIMEOUT_MS },
  );
  if (!body.ok) return body;
  return parse.value(body.value, { query: rawQuery(c.req.url), header: (name) => c.req.header(name) });
}

function chooseForm(c: Context<DoorEnv>, { door, forms, accepts }: ParseOptions): Result<Parse> {
  const refused = refuseHead(c, door);
  if (refused !== undefined) return failure(refused);
  const form = forms.get(toMediaType(c.req.header('content-type')));
  return form === undefined ? failure(unsupported(accepts ?? [...forms.keys()].join(', '))) : { ok: true, value: form };
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
