// What SMix does to its input; its result is what the hashes of yescrypt.test.ts depend on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smix, toBytes, toWords } from '../../../src/auth/crypt/smix.ts';

function run(seed: number): { block: Uint32Array; password: Uint8Array; yields: number } {
  const block = Uint32Array.from({ length: 64 }, (_, index) => index * seed);
  const steps = smix({ block, tableSize: 16, password: new Uint8Array(32) });
  for (let yields = 0;; yields++) {
    const step = steps.next();
    if (step.done === true) return { block, password: step.value, yields };
  }
}

test('smix() gives the same for the same and another for another block', () => {
  const [one, same, other] = [run(3), run(3), run(5)];
  assert.deepEqual(one.block, same.block);
  assert.deepEqual(one.password, same.password);
  assert.notDeepEqual(one.block, other.block);
  assert.notDeepEqual(one.password, other.password);
});

test('smix() yields once for every piece of its tables, every place it fills and every turn it stirs', () => {
  assert.equal(run(3).yields, 96 + 16 + 6);
});

test('toWords() and toBytes() put the lowest byte first', () => {
  assert.deepEqual(toWords(Uint8Array.of(1, 2, 3, 4)), Uint32Array.of(0x04030201));
  assert.deepEqual(toBytes(Uint32Array.of(0x04030201)), Uint8Array.of(1, 2, 3, 4));
});
