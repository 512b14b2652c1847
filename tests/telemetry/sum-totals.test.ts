import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../src/telemetry/meter.ts';
import { sumTotals } from '../../src/telemetry/sum-totals.ts';
import { sampleOf } from '../support/sample.ts';

function count(sessions: number, seconds: number): Meter {
  const meter = new Meter();
  meter.counter('mailchute_sessions_total', { door: 'smtp' }).add(sessions);
  meter.histogram('mailchute_accept_duration_seconds', { door: 'smtp' }).observe(seconds);
  meter.gauge('mailchute_confirms_awaited', {}, () => 9);
  return meter;
}

test('sumTotals adds up counters and histograms, and forgets gauges', () => {
  const first = sumTotals([], count(2, 0.01).families());
  const both = sumTotals(first, JSON.parse(JSON.stringify(count(3, 1).families())));
  assert.equal(sampleOf(both, 'mailchute_sessions_total', { door: 'smtp' }), 5);
  assert.equal(sampleOf(both, 'mailchute_accept_duration_seconds_count', { door: 'smtp' }), 2);
  assert.equal(sampleOf(both, 'mailchute_accept_duration_seconds_bucket', { door: 'smtp', le: 0.01 }), 1);
  assert.equal(sampleOf(both, 'mailchute_confirms_awaited'), undefined);
});
