// Problems: their JSON, the mapping of pipeline refusals, and that the documentation has them all.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { PROBLEMS, toProblem, toProblemHeaders, toProblemJson } from '../../src/http/problem.ts';
import { type RefusalReason, toRefusal } from '../../src/mail/disposition.ts';

const refusals: readonly { reason: RefusalReason; code: string; status: number; retryAfter?: string }[] = [
  { reason: 'address', code: 'invalid-message', status: 422 },
  { reason: 'header-recipients', code: 'invalid-message', status: 422 },
  { reason: 'too-many-recipients', code: 'too-many-recipients', status: 422 },
  { reason: 'line-ending', code: 'bare-line-ending', status: 422 },
  { reason: 'loop', code: 'mail-loop', status: 422 },
  { reason: 'too-large', code: 'too-large', status: 413 },
  { reason: 'memory', code: 'memory', status: 503, retryAfter: '5' },
  { reason: 'storage-full', code: 'storage-full', status: 503, retryAfter: '60' },
  { reason: 'not-durable', code: 'not-durable', status: 503, retryAfter: '10' },
  { reason: 'draining', code: 'draining', status: 503, retryAfter: '5' },
];

for (const { reason, code, status, retryAfter } of refusals) {
  test(`toProblem() makes ${reason} a ${status} ${code}, without the detail meant for the log`, () => {
    const problem = toProblem(toRefusal(reason, '4.3.0', { text: 'Some text', detail: 'secret' }));
    const { title } = PROBLEMS[problem.code];
    assert.deepEqual(JSON.parse(toProblemJson(problem)), {
      type: `/problems/${code}`,
      title,
      status,
      detail: 'Some text.',
      code,
    });
    assert.equal(toProblemHeaders(problem)['retry-after'], retryAfter);
    assert.equal(toProblemHeaders(problem)['content-type'], 'application/problem+json');
  });
}

test('docs/http.md has a row with status, title and advice for every problem, and no other', () => {
  const docs = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
  const rows = docs.split('\n')
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()))
    .filter(([, status]) => /^\d{3}$/.test(status ?? ''));
  const expected = Object.entries(PROBLEMS).map((
    [code, { status, title, advice }],
  ) => [`\`${code}\``, String(status), title, advice]);
  assert.deepEqual(rows, expected);
});
