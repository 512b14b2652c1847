// A worker's share of a number: all shares together are the number, as long as there is one for each.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toShare } from '../../src/commands/gateway-part.ts';

const cases = [
  { total: 1000, workers: 2, shares: [500, 500] },
  { total: 1000, workers: 3, shares: [334, 333, 333] },
  { total: 5, workers: 4, shares: [2, 1, 1, 1] },
  { total: 1, workers: 3, shares: [1, 1, 1] },
];

for (const { total, workers, shares } of cases) {
  test(`toShare() divides ${total} among ${workers}`, () => {
    assert.deepEqual(shares.map((_, index) => toShare(total, { worker: index + 1, workers })), shares);
  });
}

test('toShare() leaves everything to the only process', () => {
  assert.equal(toShare(1000, { worker: 0, workers: 1 }), 1000);
});
