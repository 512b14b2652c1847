// The two results of parsing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsed, problem } from '../../src/mail/parsed.ts';

test('parsed() carries a value, also one that is undefined, and problem() carries a sentence', () => {
  assert.deepEqual(parsed([1]), { ok: true, value: [1] });
  assert.deepEqual(parsed(undefined), { ok: true, value: undefined });
  assert.deepEqual(problem('"x" is not a port'), { ok: false, problem: '"x" is not a port' });
});
