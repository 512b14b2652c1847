// The answers of an operation in the description of the API: the good ones, and its problems by status.

import type { JsonSchema } from '@valibot/to-json-schema';
import { type ProblemCode, PROBLEMS } from '../problem.ts';
import type { ApiResponse, ContentExample, ResponseHeader } from './api-document.ts';
import { refTo } from './schema-components.ts';

const text: JsonSchema = { type: 'string' };

/** On every answer. */
const REQUEST_ID: ResponseHeader = {
  description: 'The session of the log lines about this request',
  required: true,
  schema: { type: 'string', format: 'uuid' },
};

const REPLAYED: ResponseHeader = {
  description:
    '`true` where an earlier request with the same Idempotency-Key was answered, and nothing is published now',
  schema: { const: 'true' },
};

/** Headers by the status whose problems have them. */
const HEADERS: { readonly [status: number]: { readonly [name: string]: ResponseHeader } } = {
  401: { 'WWW-Authenticate': { description: 'Every scheme that is taken', required: true, schema: text } },
  405: { Allow: { description: 'The methods that this path knows', required: true, schema: text } },
  409: { 'Retry-After': toRetryAfter() },
  415: {
    'Accept-Post': { description: 'The media types that are taken', schema: text },
    'Accept-Encoding': { description: '`identity`, where the body was compressed', schema: text },
  },
  429: { 'Retry-After': toRetryAfter() },
  503: { 'Retry-After': toRetryAfter() },
};

function toRetryAfter(): ResponseHeader {
  return { description: 'Seconds until a repeat makes sense', required: true, schema: { type: 'integer', minimum: 1 } };
}

/** A good answer with its headers. */
export function toResponse(
  response: ApiResponse,
  { canReplay = false }: { readonly canReplay?: boolean } = {},
): ApiResponse {
  const headers = { 'X-Request-Id': REQUEST_ID, ...(canReplay ? { 'Idempotency-Replayed': REPLAYED } : {}) };
  return { ...response, headers: { ...headers, ...response.headers } };
}

/** What any request can meet before its operation is known, but for access. */
export const HTTP_CODES: readonly ProblemCode[] = [
  'malformed-request',
  'malformed-forwarded',
  'request-timeout',
  'header-too-large',
  'internal',
  'too-many-connections',
];

/** Codes of the guard of the door. */
export const GUARD_CODES: readonly ProblemCode[] = ['out-of-range', 'cross-site'];

/** Codes of a request that needs credentials. */
export const LOGIN_CODES: readonly ProblemCode[] = [
  'unauthorized',
  'tls-required',
  'too-many-failed-logins',
  'login-unavailable',
];

/** The problems by status, and a word on all others. */
export function toProblemResponses(codes: readonly ProblemCode[]): { readonly [status: string]: ApiResponse } {
  const byStatus = Map.groupBy(codes, (code) => PROBLEMS[code].status);
  const responses = [...byStatus].toSorted(([one], [other]) => one - other)
    .map(([status, codes]) => [String(status), toProblemResponse(status, codes)] as const);
  return { ...Object.fromEntries(responses), default: OTHER };
}

function toProblemResponse(status: number, codes: readonly ProblemCode[]): ApiResponse {
  const examples = codes.map((code) => [code, { $ref: `#/components/examples/${code}` }] as const);
  const schema = {
    allOf: [
      refTo('Problem'),
      { properties: { status: { const: status }, code: { enum: [...codes] } }, required: ['status', 'code'] },
    ],
  } as JsonSchema;
  return toResponse({
    description: codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
    ...(HEADERS[status] === undefined ? {} : { headers: HEADERS[status] }),
    content: { 'application/problem+json': { schema, examples: Object.fromEntries(examples) } },
  });
}

/** What a problem looks like, by code. */
export function toProblemExamples(): { readonly [code: string]: ContentExample } {
  const examples = Object.entries(PROBLEMS).map(([code, { status, title }]) => {
    const value = { type: `/problems/${code}`, title, status, detail: `${title}.`, code };
    return [code, { summary: title, value }] as const;
  });
  return Object.fromEntries(examples);
}

const OTHER: ApiResponse = toResponse({
  description: 'Another problem, such as `method-not-allowed` with `Allow` for another method.',
  content: { 'application/problem+json': { schema: refTo('Problem') as JsonSchema } },
});
