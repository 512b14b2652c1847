// pwxform against the same computation in 64-bit integers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pwxform, TABLE_WORDS } from '../../../src/auth/crypt/pwxform.ts';
import { salsa20 } from '../../../src/auth/crypt/salsa20.ts';

const BLOCK = 16;

/** A plain sequence of words that fill their 32 bits (the multiplier is Knuth's). */
function makeWords(length: number, seed: number): Uint32Array {
  let state = seed;
  return Uint32Array.from({ length }, () => state = Math.imul(state, 1664525) + 1013904223 >>> 0);
}

interface Model {
  tables: BigUint64Array[];
  written: number;
}

function transform(block: BigUint64Array, model: Model): void {
  const [first = new BigUint64Array(), second = first, third = first] = model.tables;
  for (let round = 0; round < 6; round++) {
    for (let lane = 0; lane < 8; lane += 2) {
      const head = block[lane] ?? 0n;
      const places = [Number(head & 0xff0n) / 8, Number(head >> 32n & 0xff0n) / 8] as const;
      for (let word = 0; word < 2; word++) {
        const value = block[lane + word] ?? 0n;
        const sum = (value >> 32n) * (value & 0xffffffffn) + (first[places[0] + word] ?? 0n);
        block[lane + word] = BigInt.asUintN(64, sum) ^ (second[places[1] + word] ?? 0n);
        if (round > 0 && round < 5) third[model.written++] = block[lane + word] ?? 0n;
      }
    }
  }
  model.tables = [third, first, second];
  model.written %= 512;
}

test('Pwxform mixes as 64-bit integers do, for as long as its tables take to be rewritten', () => {
  const tables = makeWords(TABLE_WORDS, 1);
  const blocks = makeWords(4 * BLOCK, 2);
  const wide = new BigUint64Array(tables.slice().buffer);
  const model: Model = { tables: [wide.subarray(1024), wide.subarray(512, 1024), wide.subarray(0, 512)], written: 0 };
  const expected = blocks.slice();
  const mixer = new Pwxform(tables);
  for (let turn = 0; turn < 40; turn++) {
    mixer.mix(blocks);
    const carry = expected.slice(3 * BLOCK);
    for (let at = 0; at < 4 * BLOCK; at += BLOCK) {
      for (let index = 0; index < BLOCK; index++) carry[index] = (carry[index] ?? 0) ^ (expected[at + index] ?? 0);
      transform(new BigUint64Array(carry.buffer), model);
      expected.set(carry, at);
    }
    salsa20(expected, { at: 3 * BLOCK, rounds: 2 });
  }
  assert.deepEqual(blocks, expected);
});
