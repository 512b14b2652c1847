// What the operations that take a message have in common in the description of the API: examples, keys, problems.

import type { JsonSchema } from '@valibot/to-json-schema';
import { type ProblemCode, PROBLEMS } from '../problem.ts';
import type { CodeSample, Content, Operation, Parameter } from './api-document.ts';
import { REPEATABLE } from '../form-schema.ts';
import { type Example, type ExampleAnswer, type ExampleBody, toCommand } from './example.ts';

/** The Idempotency-Key of a request. */
export const KEY_PARAMETER: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    '1 to 255 bytes, a new key for every message: a repeat under the same key publishes nothing again for 24 hours',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** Every code but those that the operation cannot meet. */
export function codesWithout(...absent: readonly ProblemCode[]): ProblemCode[] {
  const codes = Object.keys(PROBLEMS) as ProblemCode[];
  return codes.filter((code) => !['not-found', 'method-not-allowed', ...absent].includes(code));
}

/** Examples as commands. */
export function toSamples(examples: readonly Example[]): CodeSample[] {
  return examples.map((example) => {
    const { title, status, answer } = example;
    return {
      lang: 'Shell',
      label: title,
      source: toCommand(example),
      status,
      ...(answer === undefined ? {} : { answer: toText(answer) }),
    };
  });
}

/** What the answer has after its header section. */
function toText(answer: ExampleAnswer): string {
  return 'values' in answer
    ? answer.values.map((value) => `${JSON.stringify(value)}\n`).join('')
    : JSON.stringify(answer.value);
}

/** The bodies that an operation takes, each with its examples. */
export function toRequestBody(
  schemas: { readonly [type: string]: { readonly [key: string]: unknown } },
  examples: readonly Example[],
): NonNullable<Operation['requestBody']> {
  const content = Object.entries(schemas).map(([type, schema]) => {
    const own = examples.filter(({ body }) => body?.type === type);
    const named = own.map(({ name, title, body }) => [name, { summary: title, value: body && toValue(body) }] as const);
    return [type, { schema: schema as JsonSchema, examples: Object.fromEntries(named) }] as const;
  });
  return { required: true, content: Object.fromEntries(content) };
}

/** The body of an answer with the examples that get it. */
export function toAnswerContent(
  { type, schema }: { readonly type: string; readonly schema: { readonly [key: string]: unknown } },
  examples: readonly Example[],
): Content {
  const own = examples.filter(({ answer }) => answer?.type === type);
  const named = own.map((
    { name, title, answer },
  ) => [name, { summary: title, value: answer && toAnswerValue(answer) }]);
  return { [type]: { schema: schema as JsonSchema, examples: Object.fromEntries(named) } };
}

function toAnswerValue(answer: ExampleAnswer): unknown {
  return 'values' in answer ? toText(answer) : answer.value;
}

function toValue(body: ExampleBody): unknown {
  switch (body.type) {
    case 'application/json':
      return body.value;
    case 'application/x-ndjson':
      return body.values.map((value) => `${JSON.stringify(value)}\n`).join('');
    case 'multipart/form-data':
      return Object.fromEntries(
        [...Map.groupBy(body.fields, ({ name }) => name)].map(([name, fields]) => {
          const values = fields.map((field) => 'file' in field ? field.text : field.value);
          return [name, REPEATABLE.has(name) ? values : values[0]];
        }),
      );
    default:
      return body.text;
  }
}
