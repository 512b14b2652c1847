// The shapes of the door's answers: they take nothing that the door does not say.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { acceptedSchema, problemSchema, resultLineSchema } from '../../../src/http/api/answer-schemas.ts';
import { PROBLEMS, toProblemJson } from '../../../src/http/problem.ts';

const RECORD = { 'message-id': '0A', recipient: 'a@b.example', queue: 'inbox' };
const PROBLEM = JSON.parse(toProblemJson({ code: 'too-large', detail: 'x' }));

const cases = [
  ['an accepted message', acceptedSchema, { id: '0A', records: [RECORD] }, true],
  ['an acceptance without records', acceptedSchema, { id: '0A', records: [] }, false],
  ['an id in small letters', acceptedSchema, { id: '0a', records: [RECORD] }, false],
  ['an unknown name', acceptedSchema, { id: '0A', records: [RECORD], more: 1 }, false],
  ['an accepted line', resultLineSchema, { status: 202, id: '0A', records: [RECORD] }, true],
  ['a refused line', resultLineSchema, PROBLEM, true],
  ['a line of nothing', resultLineSchema, { status: 202 }, false],
  ['an unknown code', problemSchema, { ...PROBLEM, code: 'new' }, false],
  ['a place of an unknown kind', problemSchema, { ...PROBLEM, errors: [{ cookie: 'a', detail: 'x' }] }, false],
  ['a fault with a place', problemSchema, { ...PROBLEM, errors: [{ field: 'To', detail: 'x' }] }, true],
] as const;
for (const [name, schema, value, taken] of cases) {
  test(`The shapes ${taken ? 'have' : 'do not have'} ${name}`, () => {
    assert.equal(v.safeParse(schema, value).success, taken);
  });
}

test('The shape of a problem has every code', () => {
  for (const code of Object.keys(PROBLEMS)) assert.ok(v.is(problemSchema, { ...PROBLEM, code }), code);
});
