// Every way in which the HTTP door says no: the codes, what they mean, and how a pipeline refusal becomes one of them.

import type { Refusal, RefusalReason } from '../mail/disposition.ts';

/** What stands behind a code. */
interface ProblemKind {
  readonly status: number;
  /** Short summary, the same for every occurrence (RFC 9457 section 3.1.3). */
  readonly title: string;
  /** What the caller can do about it. */
  readonly advice: string;
  /** Seconds after which a repeat makes sense. */
  readonly retryAfter?: number;
}

const kinds = {
  'empty-body': { status: 400, title: 'Empty body', advice: 'Send the message as the request body.' },
  'incomplete-body': {
    status: 400,
    title: 'Incomplete body',
    advice: 'The connection ended inside the body; nothing was stored, send the request again.',
  },
  'malformed-request': { status: 400, title: 'Malformed request', advice: 'Send valid HTTP/1.1.' },
  'malformed-utf8': {
    status: 400,
    title: 'Body is not UTF-8',
    advice:
      'Encode JSON and form fields as UTF-8; send other content as base64 with "mime-encoding" or as message/rfc822.',
  },
  'malformed-json': {
    status: 400,
    title: 'Malformed JSON',
    advice: 'Send one JSON object, without a byte order mark.',
  },
  'malformed-form': {
    status: 400,
    title: 'Malformed form',
    advice: 'Send multipart/form-data as RFC 7578 has it, with a name for each part and a closing delimiter.',
  },
  'duplicate-property': {
    status: 400,
    title: 'Duplicate property',
    advice: 'Name each property of the message once: readers of JSON disagree on which one counts.',
  },
  'too-complex': {
    status: 400,
    title: 'Body too complex',
    advice:
      'Nest objects and arrays at most 64 deep, keep the text outside of strings below 4 MiB, and send at most 4,000 parts of a form.',
  },
  'malformed-parameter': {
    status: 400,
    title: 'Malformed parameter',
    advice: 'Percent-encode query parameters as UTF-8, and send header values as UTF-8.',
  },
  'malformed-header': {
    status: 400,
    title: 'Header missing or malformed',
    advice: 'Send the header that errors[] names, in the form that the documentation gives.',
  },
  'unexpected-parameter': {
    status: 400,
    title: 'Unexpected parameter',
    advice:
      'With message/rfc822 the query takes envelope and recipient, or the headers X-Envelope-From and X-Envelope-To do; with other types everything is in the body.',
  },
  'ambiguous-envelope': {
    status: 400,
    title: 'Envelope given twice',
    advice: 'Give the envelope in the query or in headers, not in both.',
  },
  'malformed-forwarded': {
    status: 400,
    title: 'Malformed X-Forwarded-For',
    advice: 'A proxy that http-forwarded lists has to write IP addresses, its client last.',
  },
  'unauthorized': {
    status: 401,
    title: 'Credentials missing or wrong',
    advice: 'Send an Authorization header with a token or user that is configured (http-tokens, http-auth).',
  },
  'tls-required': {
    status: 403,
    title: 'TLS required',
    advice: 'Use https, or connect from the machine of the gateway; http-plaintext-auth lifts this.',
  },
  'out-of-range': {
    status: 403,
    title: 'Address not allowed',
    advice:
      'Connect from an allowed address, or extend http-range; without it and without credentials only this machine may connect.',
  },
  'cross-site': {
    status: 403,
    title: "Request looks like a web page's",
    advice: 'Use the IP address or localhost as host and send no Origin header, or configure credentials.',
  },
  'not-found': { status: 404, title: 'Not found', advice: 'See the list of requests in the documentation.' },
  'method-not-allowed': {
    status: 405,
    title: 'Method not allowed',
    advice: 'Use a method that the Allow header names.',
  },
  'request-timeout': {
    status: 408,
    title: 'Request timeout',
    advice: 'Send the request without long pauses; nothing was stored.',
  },
  'idempotency-key-running': {
    status: 409,
    title: 'Idempotency-Key in use',
    advice: 'Wait for the answer to the earlier request, or send this one again a little later.',
    retryAfter: 1,
  },
  'too-large': {
    status: 413,
    title: 'Message too big',
    advice: 'Stay below http-maxsize, and below what the queue takes for one record.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'Unsupported media type',
    advice: 'Use a media type that the Accept-Post header names.',
  },
  'unsupported-content-encoding': {
    status: 415,
    title: 'Unsupported content encoding',
    advice: 'Send the body uncompressed.',
  },
  'invalid-message': {
    status: 422,
    title: 'Invalid message',
    advice: 'Mend what errors[] lists; nothing was stored for any recipient.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'Idempotency-Key of another message',
    advice: 'Use a new key for every message, and repeat a request to the letter.',
  },
  'too-many-recipients': {
    status: 422,
    title: 'Too many recipients',
    advice: 'Spread the recipients over several requests (smtp-max-recipients).',
  },
  'bare-line-ending': {
    status: 422,
    title: 'Bare CR or LF in the message',
    advice: 'End all lines with CRLF, or all with LF.',
  },
  'mail-loop': {
    status: 422,
    title: 'Mail loop',
    advice: 'The message has more than 100 Received headers: find out what sends it in circles.',
  },
  'too-many-failed-logins': {
    status: 429,
    title: 'Too many failed logins',
    advice:
      'Mend the user or the password, and wait as long as Retry-After says: until then no login from this address is tried.',
    retryAfter: 600,
  },
  'header-too-large': {
    status: 431,
    title: 'Request header too large',
    advice: 'Use JSON for long lists of recipients.',
  },
  'internal': {
    status: 500,
    title: 'Internal error',
    advice: 'The log has the details under the X-Request-Id. Whether the message was stored is unknown.',
  },
  'not-durable': {
    status: 503,
    title: 'Message not stored',
    advice:
      'The queue did not confirm every record; send the message again. Without an Idempotency-Key some recipients may then get it twice.',
    retryAfter: 10,
  },
  'login-unavailable': {
    status: 503,
    title: 'Login not available',
    advice: 'Send again a little later; the operator has to see to what checks the logins.',
    retryAfter: 10,
  },
  'memory': {
    status: 503,
    title: 'Too much in flight',
    advice: 'Send again a little later, with fewer requests at once.',
    retryAfter: 5,
  },
  'too-many-connections': {
    status: 503,
    title: 'Too many connections',
    advice: 'Send again a little later, over connections that are kept open; http-connections is the limit.',
    retryAfter: 5,
  },
  'storage-full': {
    status: 503,
    title: 'Storage full',
    advice: 'Send again later; the operator has to make room.',
    retryAfter: 60,
  },
  'idempotency-unavailable': {
    status: 503,
    title: 'Idempotency-Key not noted',
    advice: 'Send again a little later; the operator has to see to the disk that queue-path is on.',
    retryAfter: 10,
  },
  'draining': {
    status: 503,
    title: 'Shutting down',
    advice: 'Send again, to another gateway or after the restart.',
    retryAfter: 5,
  },
} as const satisfies { readonly [code: string]: ProblemKind };

/** The stable name of a problem; clients decide by it. */
export type ProblemCode = keyof typeof kinds;

/** All problems by code. */
export const PROBLEMS: { readonly [code in ProblemCode]: ProblemKind } = kinds;

/** Where in the request a fault is: a JSON pointer (RFC 6901), a query parameter, a request header or a mail header field. */
export type Place =
  | { readonly pointer: string }
  | { readonly parameter: string }
  | { readonly header: string }
  | { readonly field: string };

/** One entry of `errors[]`; never holds a value from the request. */
export type FieldError = Place & { readonly detail: string };

/** One occurrence of a problem. */
export interface Problem {
  readonly code: ProblemCode;
  /** What is wrong this time (RFC 9457 section 3.1.4); never holds text from the body. */
  readonly detail: string;
  readonly errors?: readonly FieldError[];
  /** Further response headers, such as Allow. */
  readonly headers?: { readonly [name: string]: string };
}

/** Either a value or the problem that kept it from being had. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

/** Wraps a problem as the failed side of a `Result`. */
export function failure(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}

const REFUSALS: { readonly [reason in RefusalReason]: ProblemCode } = {
  'address': 'invalid-message',
  'header-recipients': 'invalid-message',
  'too-many-recipients': 'too-many-recipients',
  'line-ending': 'bare-line-ending',
  'loop': 'mail-loop',
  'too-large': 'too-large',
  'memory': 'memory',
  'storage-full': 'storage-full',
  'not-durable': 'not-durable',
  // Every HTTP submission is trusted, so this cannot happen; if it did, credentials are what is missing.
  'unauthenticated': 'invalid-message',
  'draining': 'draining',
};

/** Maps the pipeline's refusal to its problem. */
export function toProblem({ reason, text }: Refusal): Problem {
  return { code: REFUSALS[reason], detail: `${text}.` };
}

/** The body of the answer (RFC 9457 section 3). */
export function toProblemJson({ code, detail, errors }: Problem): string {
  const { status, title } = PROBLEMS[code];
  return JSON.stringify({ type: `/problems/${code}`, title, status, detail, code, errors });
}

/** The headers of the answer. */
export function toProblemHeaders({ code, headers }: Problem): Record<string, string> {
  const { retryAfter } = PROBLEMS[code];
  return {
    'content-type': 'application/problem+json',
    ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    ...headers,
  };
}
