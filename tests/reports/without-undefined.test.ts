// Leaving out what has no value.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutUndefined } from '../../src/reports/without-undefined.ts';

test('properties that are undefined are left out, all others stay', () => {
  assert.deepEqual(Object.keys(withoutUndefined({ a: undefined, b: null, c: 0, d: '', e: false })), [
    'b',
    'c',
    'd',
    'e',
  ]);
});

test('the object itself is not changed', () => {
  const object = { a: undefined, b: 1 };
  withoutUndefined(object);
  assert.ok('a' in object);
});
