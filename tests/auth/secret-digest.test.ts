// Digests and comparison of secrets.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSameSecret, toSecretDigest } from '../../src/auth/secret-digest.ts';

test('isSameSecret() tells equal from different texts', () => {
  const cases = [['', '', true], ['a', 'a', true], ['ä', 'ä', true], ['a', 'A', false], ['a', 'ab', false], [
    'a',
    '',
    false,
  ]] as const;
  for (const [one, other, same] of cases) assert.equal(isSameSecret(one, other), same, `${one}, ${other}`);
});

test('toSecretDigest() keeps apart how a text is divided', () => {
  const digests = [['ab', 'c'], ['a', 'bc'], ['abc'], ['abc', ''], ['', 'abc'], ['a', 'b', 'c']].map((parts) =>
    toSecretDigest(...parts).toString('hex')
  );
  assert.equal(new Set(digests).size, digests.length);
});
