// The problems in the description: all of them, under their own status, with the headers that the door gives them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toProblemResponses, toResponse } from '../../../src/http/api/responses.ts';
import { type ProblemCode, PROBLEMS, toProblemHeaders } from '../../../src/http/problem.ts';
import { apiDocument } from '../../support/api-contract.ts';

test('The document names every problem under the status that it has', () => {
  const named = new Set<string>();
  for (const operation of Object.values(apiDocument.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const code of Object.keys(content['application/problem+json']?.examples ?? {})) {
        assert.equal(PROBLEMS[code as keyof typeof PROBLEMS].status, Number(status), code);
        named.add(code);
      }
    }
  }
  // No operation is answered so: it is what other methods of a path get, which the default answer says.
  assert.deepEqual(Object.keys(PROBLEMS).filter((code) => !named.has(code)), ['method-not-allowed']);
  assert.deepEqual(Object.keys(apiDocument.components.examples), Object.keys(PROBLEMS));
});

test('A problem that says when to try again is described with Retry-After, and no other', () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const headers = Object.keys(toProblemResponses([code])[PROBLEMS[code].status]?.headers ?? {});
    const given = 'retry-after' in toProblemHeaders({ code, detail: '' });
    assert.equal(headers.includes('Retry-After'), given, code);
  }
});

test('Every answer is described with its X-Request-Id, and one to a message with Idempotency-Replayed', () => {
  assert.deepEqual(Object.keys(toResponse({ description: '' }).headers ?? {}), ['X-Request-Id']);
  const names = Object.keys(toResponse({ description: '' }, { canReplay: true }).headers ?? {});
  assert.deepEqual(names, ['X-Request-Id', 'Idempotency-Replayed']);
});
