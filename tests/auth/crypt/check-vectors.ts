// Declares the tests that every hash method has to pass.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesHash, type PasswordHash } from '../../../src/auth/crypt/password-hash.ts';
import type { Parsed } from '../../../src/mail/parsed.ts';
import type { Vector } from './vectors.ts';

const never = new AbortController().signal;

/** Each password makes its hash; the password with another beginning does not; a cut hash is refused. */
export function checkVectors(vectors: readonly Vector[], parse: (text: string) => Parsed<PasswordHash>): void {
  for (const { password, hash: text } of vectors) {
    test(`${text} is the hash of its password and of no other`, async () => {
      const result = parse(text);
      assert.ok(result.ok);
      const hash = result.value;
      assert.equal(await matchesHash(password, { hash, signal: never }), true);
      assert.equal(await matchesHash(`!${password}`, { hash, signal: never }), false);
    });

    test(`${text} is refused when its end is missing`, () => {
      assert.equal(parse(text.slice(0, -1)).ok, false);
    });

    test(`${text} stops being computed when the signal aborts`, async () => {
      const result = parse(text);
      assert.ok(result.ok);
      const signal = AbortSignal.abort(new Error('the client is gone'));
      await assert.rejects(result.value.compute(new TextEncoder().encode(password), signal), /the client is gone/);
    });
  }
}

/** Texts that are refused, and why. */
export function checkRefusals(
  cases: readonly (readonly [string, RegExp])[],
  parse: (text: string) => Parsed<PasswordHash>,
): void {
  for (const [text, reason] of cases) {
    test(`${text} cannot be verified: ${reason.source}`, () => {
      const result = parse(text);
      assert.ok(!result.ok);
      assert.match(result.problem, reason);
    });
  }
}
