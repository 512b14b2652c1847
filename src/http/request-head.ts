// What the header section of a request decides before its body is read, whatever the form of the message.

import type { Context } from 'hono';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import type { Problem } from './problem.ts';

/** The reason not to read a body, or undefined. */
export function refuseHead(c: Context<DoorEnv>, { draining }: Pick<HttpDoor, 'draining'>): Problem | undefined {
  if (draining()) return DRAINING;
  const encoding = c.req.header('content-encoding') ?? 'identity';
  return encoding.toLowerCase() === 'identity' ? undefined : CONTENT_ENCODING;
}

/** The bare media type of a Content-Type; empty when a charset other than UTF-8 is claimed. */
export function toMediaType(contentType: string | undefined): string {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => parameter.startsWith('charset='));
  return charset === undefined || /^charset="?(?:utf-8|us-ascii)"?$/.test(charset) ? type : '';
}

/** The answer of a gateway that is shutting down. */
export const DRAINING: Problem = { code: 'draining', detail: 'The gateway is shutting down.' };

// RFC 9110 section 15.5.16: Accept-Encoding names what would be taken.
const CONTENT_ENCODING: Problem = {
  code: 'unsupported-content-encoding',
  detail: 'Content-Encoding must be left out.',
  headers: { 'accept-encoding': 'identity' },
};
