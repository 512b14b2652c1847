// The description of the operations that only look: health, metrics, the documentation, and what a path takes.

import type { JsonSchema } from '@valibot/to-json-schema';
import { type ProblemCode, PROBLEMS } from '../problem.ts';
import type { Operation } from './api-document.ts';
import type { Example } from './example.ts';
import {
  DOCUMENT_EXAMPLE,
  LIVE_EXAMPLE,
  METRICS_EXAMPLE,
  PAGE_EXAMPLE,
  PROBLEM_EXAMPLE,
  READY_EXAMPLE,
} from './examples.ts';
import { toAnswerContent, toSamples } from './post-operation.ts';
import { GUARD_CODES, HTTP_CODES, LOGIN_CODES, toProblemResponses, toResponse } from './responses.ts';
import { refTo } from './schema-components.ts';

const HEALTH = ['Health'];
const DOCUMENTATION = ['Documentation'];
/** Nobody is asked for credentials here. */
const open = { security: [] };
const text: JsonSchema = { type: 'string' };

/** GET /livez. */
export const liveOperation: Operation = {
  operationId: 'getLiveness',
  tags: HEALTH,
  summary: 'Says that the process turns',
  description: 'Answers everybody.',
  ...open,
  responses: {
    200: toResponse({
      description: 'The event loop turns.',
      content: toAnswerContent({ type: 'application/json', schema: refTo('Live') }, [LIVE_EXAMPLE]),
    }),
    ...toProblemResponses(HTTP_CODES.filter((code) => code !== 'malformed-forwarded')),
  },
  'x-codeSamples': toSamples([LIVE_EXAMPLE]),
};

/** GET /readyz. */
export const readyOperation: Operation = {
  operationId: 'getReadiness',
  tags: HEALTH,
  summary: 'Says whether messages can be stored now',
  description:
    'Answers everybody; `reasons` is there for clients that may use the door, and for all on this machine. ' +
    'The one 503 of the door that is no problem document.',
  ...open,
  responses: {
    200: toResponse({
      description: 'Messages can be stored.',
      content: toAnswerContent({ type: 'application/json', schema: refTo('Ready') }, [READY_EXAMPLE]),
    }),
    ...toProblemResponses(['malformed-request', 'request-timeout', 'header-too-large', 'internal']),
    503: toResponse({
      description: 'The queue cannot be reached, or the gateway is shutting down; or `too-many-connections`.',
      content: {
        'application/json': { schema: refTo('NotReady') as JsonSchema },
        'application/problem+json': { schema: refTo('Problem') as JsonSchema },
      },
    }),
  },
  'x-codeSamples': toSamples([READY_EXAMPLE]),
};

/** GET /metrics. */
export const metricsOperation: Operation = {
  operationId: 'getMetrics',
  tags: HEALTH,
  summary: "The gateway's numbers for Prometheus",
  description:
    'For programs on this machine and for those with credentials. With `metrics-port` they are on a port of ' +
    'their own and not here.',
  responses: {
    200: toResponse({
      description: "Prometheus' text format, version 0.0.4.",
      content: { 'text/plain; version=0.0.4; charset=utf-8': { schema: text } },
    }),
    ...toProblemResponses([...HTTP_CODES, ...GUARD_CODES, ...LOGIN_CODES]),
  },
  'x-codeSamples': toSamples([METRICS_EXAMPLE]),
};

/** GET /openapi.json. */
export const documentOperation = toDocumentation(DOCUMENT_EXAMPLE, {
  operationId: 'getDescription',
  summary: 'This description',
  description: 'OpenAPI 3.1, of this gateway as it is configured.',
  type: 'application/json',
  schema: { type: 'object', required: ['openapi', 'info', 'paths'] },
});

/** GET /docs. */
export const pageOperation = toDocumentation(PAGE_EXAMPLE, {
  operationId: 'getPage',
  summary: 'This description as a page',
  description: 'One page of HTML without scripts, which fetches nothing.',
  type: 'text/html; charset=utf-8',
  schema: text,
});

/** GET /problems/{code}. */
export const problemOperation: Operation = {
  ...toDocumentation(PROBLEM_EXAMPLE, {
    operationId: 'getProblem',
    summary: 'What a problem code means',
    description: 'What the `type` of a problem leads to, for people.',
    type: 'text/plain; charset=utf-8',
    schema: text,
    codes: ['not-found'],
  }),
  parameters: [{
    name: 'code',
    in: 'path',
    required: true,
    description: 'The `code` of a problem',
    schema: { enum: Object.keys(PROBLEMS) },
  }],
};

interface DocumentationParts extends Pick<Operation, 'operationId' | 'summary' | 'description'> {
  readonly type: string;
  readonly schema: JsonSchema;
  readonly codes?: readonly ProblemCode[];
}

function toDocumentation(
  example: Example,
  { type, schema, codes = [], ...words }: DocumentationParts,
): Operation {
  return {
    ...words,
    tags: DOCUMENTATION,
    ...open,
    responses: {
      200: toResponse({ description: `${words.summary}.`, content: { [type]: { schema } } }),
      ...toProblemResponses([...HTTP_CODES, ...GUARD_CODES, ...codes]),
    },
    'x-codeSamples': toSamples([example]),
  };
}

/** OPTIONS of a path that takes messages. */
export function toOptionsOperation(operationId: string): Operation {
  const headers = {
    Allow: { description: 'The methods that this path knows', required: true, schema: text },
    'Accept-Post': { description: 'The media types that are taken', required: true, schema: text },
  };
  return {
    operationId,
    tags: DOCUMENTATION,
    summary: 'What this path takes',
    description: 'Methods and media types, in headers. Grants nothing to web pages.',
    responses: {
      204: toResponse({ description: 'No body.', headers }),
      ...toProblemResponses([...HTTP_CODES, ...GUARD_CODES, ...LOGIN_CODES]),
    },
  };
}
