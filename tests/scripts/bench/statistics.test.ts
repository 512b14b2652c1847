// The benchmark's arithmetic: medians, noise, ratios within a round.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Results } from '../../../scripts/bench/results.ts';
import { median, pairedRatio, percentile, spreadPercent } from '../../../scripts/bench/statistics.ts';

test('median() is the middle, whatever the order, and between the middle two of an even number', () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([10, 1, 2, 3]), 2.5);
  assert.ok(Number.isNaN(median([])));
});

test('percentile() interpolates between the nearest two', () => {
  const values = Array.from({ length: 101 }, (_, index) => 100 - index);
  assert.equal(percentile(values, 99), 99);
  assert.equal(percentile([1, 2], 75), 1.75);
});

test('spreadPercent() is half the distance of the quartiles in percent of the median', () => {
  assert.equal(spreadPercent([90, 100, 110]), 5);
  assert.equal(spreadPercent([100]), 0);
});

test('pairedRatio() compares what was measured in the same round, so that a slow round spoils nothing', () => {
  // The machine was half as fast in the second round; the ratio of the medians would be 1.5.
  assert.equal(pairedRatio([200, 100, 300], [100, 50, 150]), 2);
  assert.ok(Number.isNaN(pairedRatio([], [1])));
});

test('Results answers with medians and paired ratios, and with NaN where nothing was measured', () => {
  const results = new Results();
  const cell = (contender: string) => ({ section: 's', load: '4 KiB', contender });
  for (const [round, rate] of [200, 100, 300].entries()) {
    results.add(cell('a'), { rate });
    results.add(cell('b'), { rate: rate / 2, cpuUs: round });
  }
  assert.equal(results.median(cell('a'), 'rate'), 200);
  assert.equal(results.ratio(cell('a'), cell('b'), { metric: 'rate' }), 2);
  assert.ok(Number.isNaN(results.median(cell('c'), 'rate')));
  assert.ok(Number.isNaN(results.median(cell('a'), 'cpuUs')));
  assert.deepEqual(results.outline('s'), { loads: ['4 KiB'], contenders: ['a', 'b'] });
});
