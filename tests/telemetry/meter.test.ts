import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Meter } from '../../src/telemetry/meter.ts';
import { sampleOf } from '../support/sample.ts';

test('Meter gives the same counter for the same labels, which stands at 0 before it is used', () => {
  const meter = new Meter();
  const bytes = meter.counter('mailchute_content_bytes_total', { door: 'smtp' });
  assert.equal(sampleOf(meter.totals(), 'mailchute_content_bytes_total', { door: 'smtp' }), 0);
  bytes.add(2);
  meter.counter('mailchute_content_bytes_total', { door: 'smtp' }).add(3);
  meter.counter('mailchute_content_bytes_total', { door: 'http' }).add(7);
  assert.equal(sampleOf(meter.totals(), 'mailchute_content_bytes_total', { door: 'smtp' }), 5);
  assert.equal(sampleOf(meter.totals(), 'mailchute_content_bytes_total', { door: 'http' }), 7);
});

test('Meter puts a duration into the bucket of its bound and into all larger ones', () => {
  const meter = new Meter();
  const duration = meter.histogram('mailchute_accept_duration_seconds', { door: 'smtp' });
  for (const seconds of [0.0001, 0.001, 0.002, 100]) duration.observe(seconds);
  const families = meter.totals();
  const bucket = (le: number | string) =>
    sampleOf(families, 'mailchute_accept_duration_seconds_bucket', { door: 'smtp', le });
  assert.deepEqual([0.0005, 0.001, 0.0025, 60, '+Inf'].map(bucket), [1, 2, 3, 3, 4]);
  assert.equal(sampleOf(families, 'mailchute_accept_duration_seconds_count', { door: 'smtp' }), 4);
  const sum = sampleOf(families, 'mailchute_accept_duration_seconds_sum', { door: 'smtp' }) ?? 0;
  assert.ok(Math.abs(sum - 100.0031) < 1e-9);
});

test('Meter asks for a gauge at every look, and has no gauges among the totals', () => {
  const meter = new Meter();
  let open = 1;
  meter.gauge('mailchute_sessions_open', { door: 'smtp' }, () => open);
  meter.counter('mailchute_sessions_total', { door: 'smtp' }).add(1);
  assert.equal(sampleOf(meter.families(), 'mailchute_sessions_open', { door: 'smtp' }), 1);
  open = 5;
  assert.equal(sampleOf(meter.families(), 'mailchute_sessions_open', { door: 'smtp' }), 5);
  assert.deepEqual(meter.totals().map(({ name }) => name), ['mailchute_sessions_total']);
});
