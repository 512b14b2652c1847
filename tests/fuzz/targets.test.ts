// A short part of the fuzz run (npm run fuzz is the long one): the same inputs every time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../support/random.ts';
import { checkAddress, drawAddress } from './addresses.ts';
import { TARGETS } from './targets.ts';

const ROUNDS = 500;

for (const { name, check } of TARGETS) {
  test(`${name}: everything holds under ${ROUNDS} random inputs`, async () => {
    for (let seed = 1; seed <= ROUNDS; seed++) {
      try {
        await check(createRandom(seed));
      } catch (cause) {
        assert.fail(`seed ${seed}: ${cause}`);
      }
    }
  });
}

test('random addresses are addresses often enough', () => {
  let taken = 0;
  for (let seed = 1; seed <= ROUNDS; seed++) {
    if (checkAddress(drawAddress(createRandom(seed)), 'recipient') !== undefined) taken++;
  }
  assert.ok(taken > ROUNDS / 20, `only ${taken} of ${ROUNDS}`);
});
