// The benchmark's estimate for more cores: what bounds the rate, with each of the bounds alone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simulateRate } from '../../../scripts/bench/core-estimate.ts';

const COST = { gatewayUs: 100, queueUs: 20 };

/** Messages a second that a bound allows, and by how much a random course may miss it. */
function assertNear(rate: number, bound: number): void {
  assert.ok(rate > bound * 0.93 && rate < bound * 1.05, `${rate.toFixed(0)} instead of about ${bound.toFixed(0)}`);
}

for (
  const [what, plant, bound] of [
    ['one core has to do everything', { cores: 1, workers: 4 }, 1e6 / 120],
    ['one worker does one thing at a time', { cores: 16, workers: 1 }, 1e6 / 100],
    ['two cores are shared by all', { cores: 2, workers: 4 }, 2e6 / 120],
    ['one queue does one thing at a time', { cores: 64, workers: 32 }, 1e6 / 20],
  ] as const
) {
  test(`simulateRate() finds that ${what}`, () => {
    assertNear(simulateRate(COST, { sessions: 200, messages: 5000, ...plant }), bound);
  });
}

test('simulateRate() says the same every time', () => {
  const plant = { cores: 4, workers: 2, sessions: 40, messages: 2000 };
  assert.equal(simulateRate(COST, plant), simulateRate(COST, plant));
});
