// The examples in the description of the API; a test sends every one of them to a real door.

import { type ProblemCode, PROBLEMS } from '../problem.ts';
import type { Example, ExampleAnswer, ExampleBody } from './example.ts';

const MESSAGES = '/v1/messages';
const ADA = 'ada@example.org';
const GRACE = 'grace@example.net';
const NEWS = 'news@example.com';
const MAIL = `From: ${NEWS}\r\nTo: ${ADA}\r\nSubject: Hello\r\n\r\nHello.\r\n`;
const ID = '0MWQ7PYQX0000000003GP7HA79U';
const NEXT_ID = '0MWQ7PYQX0001000003GP7HA79U';

const forAda = toAccepted(ADA);
const ready: ExampleBody = {
  type: 'application/json',
  value: { envelope: 'bounces@example.com', recipient: ADA, mime: MAIL },
};

/** POST /v1/messages. */
export const MESSAGE_EXAMPLES: readonly Example[] = [
  post('ready', 'A ready message to two recipients', {
    body: {
      type: 'application/json',
      value: { envelope: 'bounces@example.com', recipients: [ADA, GRACE], mime: MAIL, tags: ['welcome'] },
    },
    answer: toAccepted(ADA, GRACE),
  }),
  post('parts', 'A message in parts, which the gateway composes', {
    body: {
      type: 'application/json',
      value: {
        message: {
          from: `News <${NEWS}>`,
          to: [{ name: 'Ada Lovelace', address: ADA }],
          bcc: GRACE,
          subject: 'Hello',
          text: 'Hello.\n',
          html: '<p>Hello. <img src="cid:logo"></p>',
          attachments: [
            { filename: 'logo.gif', contentType: 'image/gif', content: 'R0lGODlhAQABAAAAACw=', contentId: 'logo' },
          ],
        },
      },
    },
    answer: toAccepted(ADA, GRACE),
  }),
  post('raw-query', 'Raw MIME, with the envelope in the query', {
    path: `${MESSAGES}?envelope=bounces@example.com&recipient=${ADA}`,
    body: { type: 'message/rfc822', text: MAIL },
    answer: forAda,
  }),
  post('raw-headers', 'Raw MIME, with the envelope in headers', {
    headers: { 'X-Envelope-From': 'bounces@example.com', 'X-Envelope-To': ADA },
    body: { type: 'message/rfc822', text: MAIL },
    answer: forAda,
  }),
  post('form-parts', 'A form with a file', {
    body: {
      type: 'multipart/form-data',
      fields: [
        { name: 'from', value: `News <${NEWS}>` },
        { name: 'to', value: ADA },
        { name: 'subject', value: 'Hello' },
        { name: 'text', value: 'Hello.' },
        { name: 'attachment', file: 'notes.txt', text: 'Notes\r\n' },
      ],
    },
    answer: forAda,
  }),
  post('form-message', 'A form with a ready message', {
    body: { type: 'multipart/form-data', fields: [{ name: 'message', file: 'message.eml', text: MAIL }] },
    answer: forAda,
  }),
  post('lines', 'A stream of messages, one of them wrong', {
    body: {
      type: 'application/x-ndjson',
      values: [
        { envelope: '', recipient: ADA, mime: MAIL },
        { envelope: '', recipient: 'grace', mime: MAIL },
      ],
    },
    status: 207,
    answer: {
      type: 'application/x-ndjson',
      values: [
        { status: 202, ...forAda.value },
        toProblem('invalid-message', {
          detail: 'The envelope is not valid.',
          errors: [{ pointer: '/recipient', detail: 'the address has no @' }],
        }),
      ],
    },
  }),
  post('with-key', 'A message with a key, which may be sent again', {
    headers: { 'Idempotency-Key': 'order-4711-receipt' },
    body: ready,
    answer: forAda,
  }),
  refused('no-address', 'A recipient that is no address', {
    body: { type: 'application/json', value: { envelope: '', recipients: [ADA, 'grace'], mime: MAIL } },
    code: 'invalid-message',
    detail: 'The envelope is not valid.',
    errors: [{ pointer: '/recipients/1', detail: 'the address has no @' }],
  }),
  refused('two-envelopes', 'An envelope in two places', {
    path: `${MESSAGES}?recipient=${ADA}`,
    headers: { 'X-Envelope-From': NEWS },
    body: { type: 'message/rfc822', text: MAIL },
    code: 'ambiguous-envelope',
    detail: 'The envelope stands in the query and in headers.',
  }),
  refused('web-page', 'A web page, while no credentials are configured', {
    headers: { Origin: 'https://example.com' },
    body: ready,
    code: 'cross-site',
    detail: 'Requests made by web pages are not accepted while no credentials are configured.',
  }),
];

/** POST /v1/inject. */
export const INJECT_EXAMPLES: readonly Example[] = [
  post('inject', "A message in MailerQ's format", {
    path: '/v1/inject',
    body: ready,
    status: 200,
    answer: { type: 'application/json', value: { 'message-id': ID } },
  }),
  refused('inject-no-recipient', 'A message to nobody', {
    path: '/v1/inject',
    body: { type: 'application/json', value: { mime: MAIL } },
    code: 'invalid-message',
    detail: 'Properties of the message are missing or wrong.',
    errors: [{ pointer: '/recipient', detail: 'is missing' }],
  }),
];

/** POST /v1/mail/send. */
export const SEND_EXAMPLES: readonly Example[] = [
  {
    name: 'send',
    title: 'An urgent message',
    method: 'POST',
    path: '/v1/mail/send',
    user: 'shop:secret',
    body: { type: 'application/octet-stream', text: `X-Uuid: 0a1b2c3d\r\nX-Priority: 0\r\n${MAIL}` },
    status: 200,
  },
  refused('send-no-uuid', 'A message without X-Uuid', {
    path: '/v1/mail/send',
    body: { type: 'application/octet-stream', text: MAIL },
    code: 'malformed-header',
    detail: 'X-Uuid is missing.',
    errors: [{ header: 'X-Uuid', detail: 'is missing' }],
  }),
];

/** GET /livez. */
export const LIVE_EXAMPLE = get('livez', 'Whether the process turns', {
  type: 'application/json',
  value: { status: 'live' },
});

/** GET /readyz. */
export const READY_EXAMPLE = get('readyz', 'Whether messages can be stored', {
  type: 'application/json',
  value: { status: 'ready', reasons: [] },
});

/** GET /metrics. */
export const METRICS_EXAMPLE = get('metrics', 'All numbers');

/** GET /openapi.json. */
export const DOCUMENT_EXAMPLE = get('openapi.json', 'This description');

/** GET /docs. */
export const PAGE_EXAMPLE = get('docs', 'This page');

/** GET /problems/{code}. */
export const PROBLEM_EXAMPLE = get('problems/too-large', 'What too-large means');

interface PostParts {
  readonly path?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body: ExampleBody;
  readonly status?: number;
  readonly answer: ExampleAnswer;
}

function post(name: string, title: string, { path = MESSAGES, status = 202, ...parts }: PostParts): Example {
  return { name, title, method: 'POST', path, status, ...parts };
}

interface RefusedParts extends Omit<PostParts, 'status' | 'answer'> {
  readonly code: ProblemCode;
  readonly detail: string;
  readonly errors?: readonly object[];
}

function refused(name: string, title: string, { code, detail, errors, ...parts }: RefusedParts): Example {
  const value = toProblem(code, { detail, errors });
  const answer = { type: 'application/problem+json', value } as const;
  return post(name, title, { ...parts, status: PROBLEMS[code].status, answer });
}

function get(path: string, title: string, answer?: ExampleAnswer): Example {
  return {
    name: path,
    title,
    method: 'GET',
    path: `/${path}`,
    status: 200,
    ...(answer === undefined ? {} : { answer }),
  };
}

function toAccepted(...recipients: readonly string[]): Extract<ExampleAnswer, { readonly value: object }> {
  const ids = [ID, NEXT_ID];
  const records = recipients.map((recipient, index) => ({ 'message-id': ids[index], recipient, queue: 'inbox' }));
  return { type: 'application/json', value: { id: ID, records } };
}

interface ProblemParts {
  readonly detail: string;
  readonly errors?: readonly object[] | undefined;
}

function toProblem(code: ProblemCode, { detail, errors }: ProblemParts): object {
  const { title, status } = PROBLEMS[code];
  return { type: `/problems/${code}`, title, status, detail, code, ...(errors === undefined ? {} : { errors }) };
}
