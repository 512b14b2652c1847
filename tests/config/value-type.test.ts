// Quoting of the wrong part of a value.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { quote } from '../../src/config/value-type.ts';

test('quote() keeps sixty characters and shortens more', () => {
  assert.equal(quote('25x'), '"25x"');
  assert.equal(quote('x'.repeat(60)), `"${'x'.repeat(60)}"`);
  assert.equal(quote('x'.repeat(61)), `"${'x'.repeat(60)}…"`);
});
