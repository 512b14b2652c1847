// crypt(3)'s base 64, both ways.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromCryptBase64, toCryptBase64, toCryptNumber } from '../../../src/auth/crypt/crypt-base64.ts';

const pairs = [
  { bytes: [], text: '' },
  { bytes: [0], text: '..' },
  { bytes: [255], text: 'z1' },
  { bytes: [255, 255], text: 'zzD' },
  { bytes: [1, 2, 3], text: '/6k.' },
  { bytes: [1, 2, 3, 4], text: '/6k.2.' },
];

for (const { bytes, text } of pairs) {
  test(`The bytes [${bytes}] are "${text}"`, () => {
    assert.equal(toCryptBase64(Uint8Array.from(bytes)), text);
    assert.deepEqual(fromCryptBase64(text), Uint8Array.from(bytes));
  });
}

for (const text of ['.', '/6k.2', 'z2', 'zzE', '/6-.', 'ä.']) {
  test(`fromCryptBase64() refuses "${text}"`, () => assert.equal(fromCryptBase64(text), undefined));
}

test('toCryptNumber() reads the lowest digit first', () => {
  assert.deepEqual(['', '/', './', 'U.....', '-'].map(toCryptNumber), [0, 1, 64, 32, undefined]);
});
