import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type MetricRow, METRICS } from '../../src/telemetry/metrics.ts';

const rows: [string, MetricRow][] = Object.entries(METRICS);

test('METRICS names every metric as Prometheus wants it, each with a sentence', () => {
  for (const [name, { type, help, labels }] of rows) {
    assert.match(name, /^mailchute(?:_[a-z]+)+$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    if (type === 'histogram') assert.match(name, /_seconds$/);
    assert.match(help, /^[A-Z0-9].*[^. ]$/);
    for (const label of labels) assert.match(label, /^[a-z]+$/);
    assert.ok(!labels.includes('le'));
  }
});

test('METRICS gives histograms growing bounds, and nothing else any', () => {
  for (const [name, { type, buckets }] of rows) {
    assert.equal(buckets !== undefined, type === 'histogram', name);
    assert.deepEqual(buckets?.toSorted((one, other) => one - other), buckets);
  }
});
