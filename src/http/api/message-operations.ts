// The description of the operations that take messages: /v1/messages, /v1/inject, /v1/mail/send.

import type { JsonSchema } from '@valibot/to-json-schema';
import type { Operation, Parameter } from './api-document.ts';
import type { Example } from './example.ts';
import { INJECT_EXAMPLES, MESSAGE_EXAMPLES, SEND_EXAMPLES } from './examples.ts';
import { codesWithout, KEY_PARAMETER, toAnswerContent, toRequestBody, toSamples } from './post-operation.ts';
import { toProblemResponses, toResponse } from './responses.ts';
import { refTo } from './schema-components.ts';

const TAGS = ['Messages'];
const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'array', items: text };
const BYTES = { contentMediaType: 'message/rfc822' };
const LINES = { type: 'string', description: 'One JSON object a line, each ended by LF.' };

const ENVELOPE_PARAMETERS: readonly Parameter[] = [
  {
    name: 'envelope',
    in: 'query',
    description: 'With `message/rfc822` only: the sender; empty is the null sender',
    schema: text,
  },
  {
    name: 'recipient',
    in: 'query',
    description: 'With `message/rfc822` only: a recipient; repeat it for more',
    explode: true,
    schema: texts,
  },
  {
    name: 'X-Envelope-From',
    in: 'header',
    description: 'The sender, in place of the query',
    schema: text,
  },
  {
    name: 'X-Envelope-To',
    in: 'header',
    description: 'The recipients, separated by commas, in place of the query',
    schema: text,
  },
];

/** POST /v1/messages. */
export const submitOperation: Operation = {
  operationId: 'submitMessage',
  tags: TAGS,
  summary: 'Sends a message',
  description: 'A 202 means that the message is durable, once per recipient; any other answer promises nothing. ' +
    'One bad recipient refuses the whole message. After a 503 send it again; under the same Idempotency-Key it keeps ' +
    'its ids. A stream of lines is answered with 207, which promises nothing: the `status` of each line does.',
  parameters: [KEY_PARAMETER, ...ENVELOPE_PARAMETERS],
  ...withBody(MESSAGE_EXAMPLES, {
    'application/json': refTo('Message'),
    'message/rfc822': BYTES,
    'multipart/form-data': { oneOf: [refTo('PartsForm'), refTo('MessageForm')] },
    'application/x-ndjson': { ...LINES, contentSchema: refTo('MessageLine') },
  }),
  responses: {
    202: toResponse({
      description: 'Durable for every recipient.',
      content: toAnswerContent(
        { type: 'application/json', schema: refTo('Accepted') },
        MESSAGE_EXAMPLES.filter(({ status }) => status === 202),
      ),
    }, { canReplay: true }),
    207: toResponse({
      description: 'One result for each line of `application/x-ndjson`, in order. A line without a result is unknown.',
      content: toAnswerContent(
        { type: 'application/x-ndjson', schema: { ...LINES, contentSchema: refTo('ResultLine') } },
        MESSAGE_EXAMPLES,
      ),
    }),
    ...toProblemResponses(codesWithout()),
  },
};

/** POST /v1/inject. */
export const injectOperation: Operation = {
  operationId: 'injectMessage',
  tags: TAGS,
  summary: "Takes a message in MailerQ's outgoing format",
  description:
    'One object with one recipient goes to the inbox with its content unchanged. Without `envelope` the sender ' +
    'is the null sender.',
  parameters: [KEY_PARAMETER],
  ...withBody(INJECT_EXAMPLES, { 'application/json': refTo('InjectMessage') }),
  responses: {
    200: toResponse({
      description: 'Durable.',
      content: toAnswerContent({ type: 'application/json', schema: refTo('Injected') }, INJECT_EXAMPLES),
    }, { canReplay: true }),
    ...toProblemResponses(
      codesWithout(
        'malformed-form',
        'malformed-parameter',
        'unexpected-parameter',
        'ambiguous-envelope',
        'too-many-recipients',
        'bare-line-ending',
        'mail-loop',
      ),
    ),
  },
};

/** POST /v1/mail/send. */
export const sendOperation: Operation = {
  operationId: 'sendMail',
  tags: TAGS,
  summary: 'Takes a message as Inboxbooster does',
  description:
    'A raw message whose header section says everything: To, Cc and Bcc are the recipients, and Bcc is removed. ' +
    'X-Uuid and X-Priority may stand in the message or be headers of the request; those of the message win.',
  parameters: [
    KEY_PARAMETER,
    {
      name: 'X-Uuid',
      in: 'header',
      description: '1 to 255 of the characters a-z and 0-9, `uuid` in the record; needed here or in the message',
      schema: { type: 'string', pattern: '^[a-z0-9]{1,255}$' },
    },
    {
      name: 'X-Priority',
      in: 'header',
      description: '0 sends the message to `rabbitmq-primary`',
      schema: { enum: ['0', '1'], default: '1' },
    },
  ],
  ...withBody(SEND_EXAMPLES, { 'application/octet-stream': BYTES }),
  responses: {
    200: toResponse({ description: 'Durable for every recipient; no body.' }, { canReplay: true }),
    ...toProblemResponses(
      codesWithout(
        'malformed-utf8',
        'malformed-json',
        'malformed-form',
        'malformed-parameter',
        'duplicate-property',
        'too-complex',
        'ambiguous-envelope',
      ),
    ),
  },
};

function withBody(
  examples: readonly Example[],
  schemas: { readonly [type: string]: { readonly [key: string]: unknown } },
): Pick<Operation, 'requestBody' | 'x-codeSamples'> {
  return { requestBody: toRequestBody(schemas, examples), 'x-codeSamples': toSamples(examples) };
}
