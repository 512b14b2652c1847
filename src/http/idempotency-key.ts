// The Idempotency-Key of a request: whose it is, what message it stands for, and the ids that follow from both.

import type { Context } from 'hono';
import { toDerivedMessageId } from '../mail/message-id.ts';
import { digestTuple, type TuplePart } from '../mail/tuple-digest.ts';
import type { KeyRequest } from '../queue/key-claim.ts';
import { parseAuthorization } from './authorization.ts';
import type { DoorEnv } from './http-door.ts';
import { failure, type Problem, type Result } from './problem.ts';

/** A key with the message that it came with. */
export interface RequestKey extends KeyRequest {
  /** The id of a recipient's record, the same on every gateway. */
  readonly idFor: (recipient: string) => string;
}

const MAX_BYTES = 255;

/** What is said of a key that is none. */
export const KEY_FAULT = `must have 1 to ${MAX_BYTES} bytes`;

/** The bytes of a key, undefined where it is none; HTTP stacks make latin1 characters of a header's. */
export function parseIdempotencyKey(text: string, encoding: 'latin1' | 'utf8'): Buffer | undefined {
  const key = Buffer.from(text, encoding);
  return key.length > 0 && key.length <= MAX_BYTES && text.isWellFormed() ? key : undefined;
}

/** The key in the header section; undefined where there is none. */
export function readIdempotencyKey(c: Context<DoorEnv>): Result<Buffer | undefined> {
  const text = c.req.header('idempotency-key');
  const value = text === undefined ? undefined : parseIdempotencyKey(text, 'latin1');
  return text !== undefined && value === undefined ? failure(MALFORMED) : { ok: true, value };
}

const MALFORMED: Problem = {
  code: 'malformed-header',
  detail: `Idempotency-Key ${KEY_FAULT}.`,
  errors: [{ header: 'Idempotency-Key', detail: KEY_FAULT }],
};

/** Combines the key with who sends it and with everything that shapes the message, in an order that stays. */
export function toRequestKey(
  c: Context<DoorEnv>,
  { key, shape }: { readonly key: Uint8Array; readonly shape: readonly TuplePart[] },
): RequestKey {
  const credential = toCredential(c);
  const body = digestTuple([c.req.path, ...shape]);
  return {
    scope: digestTuple([credential, key]),
    body,
    idFor: (recipient) => toDerivedMessageId(digestTuple([credential, key, body, recipient])),
  };
}

/** A token and a user of the same name are two; where nobody has to show anything, everybody is one. */
function toCredential(c: Context<DoorEnv>): string {
  const name = c.get('authentication');
  return name === '' ? '' : `${parseAuthorization(c.req.header('authorization') ?? '')?.scheme} ${name}`;
}

/** What shapes a message in a request: its form, its query, the headers that its form reads, its body. */
export interface RequestShape {
  readonly mediaType: string;
  readonly contentType: string;
  readonly query: string;
  readonly headers: ReadonlyMap<string, string | undefined>;
  readonly body: readonly Uint8Array[];
}

/** Writes it down for `toRequestKey`. */
export function toShape({ mediaType, contentType, query, headers, body }: RequestShape): TuplePart[] {
  const boundary = mediaType === 'multipart/form-data' ? toBoundary(contentType) : undefined;
  return [
    mediaType,
    query,
    JSON.stringify([...headers].toSorted(([one], [other]) => one < other ? -1 : 1)),
    ...(boundary === undefined ? [body] : splitAt(Buffer.concat(body), boundary)),
  ];
}

function toBoundary(contentType: string): string | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;"]+))/i.exec(contentType) ?? [];
  return quoted ?? bare;
}

/** Most clients make up a new boundary for each request, so what counts is what stands between the delimiters. */
function splitAt(body: Buffer, boundary: string): Buffer[] {
  const delimiter = Buffer.from(`--${boundary}`, 'latin1');
  const parts: Buffer[] = [];
  let start = 0;
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, start)) {
    parts.push(body.subarray(start, at));
    start = at + delimiter.length;
  }
  return [...parts, body.subarray(start)];
}
