import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STORED } from '../../src/queue/outlet.ts';

test('STORED says stored and cannot be changed by anyone who holds it', () => {
  assert.deepEqual(STORED, { stored: true });
  assert.ok(Object.isFrozen(STORED));
});
