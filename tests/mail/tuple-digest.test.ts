// The hash over several values: a known one, and that no two lists of values come to the same.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestTuple, type TuplePart } from '../../src/mail/tuple-digest.ts';

test('digestTuple() hashes each part after its length in eight bytes', () => {
  const expected = '3fafa1cf2f19a7c1129beb20cf0983f73a489a221fc0dd2f16d1be292d089205';
  for (const parts of [['a', 'bc'], [Buffer.from('a'), [Buffer.from('b'), Buffer.from('c')]]]) {
    assert.equal(digestTuple(parts).toString('hex'), expected);
  }
});

test('digestTuple() tells lists apart whose bytes are the same', () => {
  const lists: TuplePart[][] = [[], [''], ['', ''], ['abc'], ['ab', 'c'], ['a', 'bc'], ['a', 'b', 'c'], ['abc', '']];
  assert.equal(new Set(lists.map((parts) => digestTuple(parts).toString('hex'))).size, lists.length);
});

test('digestTuple() counts text in bytes', () => {
  assert.deepEqual(digestTuple(['ü']), digestTuple([Buffer.from('ü')]));
});
