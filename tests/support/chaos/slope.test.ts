// The slope of samples over time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slopeOf } from './slope.ts';

const CASES: readonly [what: string, values: readonly number[], slope: number][] = [
  ['of a line that rises by two', [1, 3, 5, 7], 2],
  ['of what goes up and down', [4, 6, 6, 4], 0],
  ['of one sample', [7], 0],
  ['of none', [], 0],
];

for (const [what, values, slope] of CASES) {
  test(`The slope ${what} is ${slope}`, () => {
    assert.equal(slopeOf(values.map((value, at) => ({ at, value }))), slope);
  });
}
