// Bodies, answers and commands of an operation, made of its examples.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Example } from '../../../src/http/api/example.ts';
import { codesWithout, toAnswerContent, toRequestBody, toSamples } from '../../../src/http/api/post-operation.ts';
import { PROBLEMS } from '../../../src/http/problem.ts';

const POST = { method: 'POST', path: '/x', status: 202 } as const;
const examples: readonly Example[] = [
  {
    ...POST,
    name: 'json',
    title: 'JSON',
    body: { type: 'application/json', value: { a: 1 } },
    answer: { type: 'application/json', value: { id: 'X' } },
  },
  {
    ...POST,
    name: 'lines',
    title: 'Lines',
    body: { type: 'application/x-ndjson', values: [{ a: 1 }, { a: 2 }] },
    answer: { type: 'application/x-ndjson', values: [{ b: 1 }, { b: 2 }] },
  },
  { ...POST, name: 'raw', title: 'Raw', body: { type: 'message/rfc822', text: 'a\r\n' } },
  {
    ...POST,
    name: 'form',
    title: 'Form',
    body: {
      type: 'multipart/form-data',
      fields: [{ name: 'from', value: 'a' }, { name: 'to', value: 'b' }, { name: 'attachment', file: 'f', text: 'c' }],
    },
  },
];

const bodies = [
  ['application/json', { json: { summary: 'JSON', value: { a: 1 } } }],
  ['application/x-ndjson', { lines: { summary: 'Lines', value: '{"a":1}\n{"a":2}\n' } }],
  ['message/rfc822', { raw: { summary: 'Raw', value: 'a\r\n' } }],
  ['multipart/form-data', { form: { summary: 'Form', value: { from: 'a', to: ['b'], attachment: ['c'] } } }],
] as const;
for (const [type, expected] of bodies) {
  test(`toRequestBody() has the examples of ${type} and no others`, () => {
    assert.deepEqual(toRequestBody({ [type]: {} }, examples), {
      required: true,
      content: { [type]: { schema: {}, examples: expected } },
    });
  });
}

test('toAnswerContent() has the answers of the media type', () => {
  assert.deepEqual(toAnswerContent({ type: 'application/x-ndjson', schema: {} }, examples), {
    'application/x-ndjson': {
      schema: {},
      examples: { lines: { summary: 'Lines', value: '{"b":1}\n{"b":2}\n' } },
    },
  });
});

test('toSamples() has a command, the status and the answer as it is on the wire', () => {
  const samples = toSamples(examples);
  assert.deepEqual(samples.map(({ label, status, answer }) => [label, status, answer]), [
    ['JSON', 202, '{"id":"X"}'],
    ['Lines', 202, '{"b":1}\n{"b":2}\n'],
    ['Raw', 202, undefined],
    ['Form', 202, undefined],
  ]);
  assert.ok(samples.every(({ source }) => source.includes("curl -i 'http://127.0.0.1:8485/x'")));
});

test('codesWithout() leaves out what no operation answers, and what it is told', () => {
  const codes = codesWithout('memory', 'internal');
  assert.equal(codes.length, Object.keys(PROBLEMS).length - 4);
  for (const code of ['not-found', 'method-not-allowed', 'memory', 'internal'] as const) {
    assert.ok(!codes.includes(code));
  }
});
