// Comparing a computed hash with the expected one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesHash } from '../../../src/auth/crypt/password-hash.ts';

const signal = new AbortController().signal;

test('matchesHash() gives the method the UTF-8 bytes of the password and compares what comes back', async () => {
  const seen: Uint8Array[] = [];
  const hash = {
    expected: 'abc',
    compute: async (password: Uint8Array) => {
      seen.push(password);
      return seen.length === 1 ? 'abc' : 'abd';
    },
  };
  assert.equal(await matchesHash('ä', { hash, signal }), true);
  assert.equal(await matchesHash('ä', { hash, signal }), false);
  assert.deepEqual(seen[0], Uint8Array.of(0xc3, 0xa4));
});

test('matchesHash() rejects when the method does', async () => {
  const hash = { expected: 'abc', compute: () => Promise.reject(new Error('gone')) };
  await assert.rejects(matchesHash('x', { hash, signal }), /gone/);
});
