// The findings of a schema as entries of a problem: their places, their texts, and never a value.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { toErrors, toInvalidMessage } from '../../src/http/invalid-message.ts';
import { MAX_ERRORS } from '../../src/http/json-values.ts';

const schema = v.strictObject({
  a: v.string('must be a string'),
  'b/c': v.optional(v.array(v.number('must be a number'))),
});

const table: readonly { given: object; errors: readonly object[] }[] = [
  { given: {}, errors: [{ pointer: '/a', detail: 'is missing' }] },
  { given: { a: 'secret', x: 1 }, errors: [{ pointer: '/x', detail: 'is not known here' }] },
  { given: { a: 1 }, errors: [{ pointer: '/a', detail: 'must be a string' }] },
  { given: { a: '', 'b/c': [1, 'secret'] }, errors: [{ pointer: '/b~1c/1', detail: 'must be a number' }] },
];

for (const { given, errors } of table) {
  test(`toErrors() of ${JSON.stringify(given)}`, () => {
    const { issues = [] } = v.safeParse(schema, given);
    assert.deepEqual(toErrors(issues), errors);
  });
}

test('toInvalidMessage() lists no more errors than anybody mends', () => {
  const errors = Array.from({ length: MAX_ERRORS + 1 }, (_, index) => ({ pointer: `/${index}`, detail: 'x' }));
  const problem = toInvalidMessage(errors);
  assert.deepEqual([problem.code, problem.errors?.length], ['invalid-message', MAX_ERRORS]);
});
