import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMeasuredOutlet } from '../../src/queue/measured-outlet.ts';
import { STORED } from '../../src/queue/outlet.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { makeRecord } from '../support/records.ts';
import { createRecordingOutlet } from '../support/recording-outlet.ts';
import { sampleOf } from '../support/sample.ts';

function prepare() {
  const meter = new Meter();
  const inner = createRecordingOutlet();
  const outlet = createMeasuredOutlet(inner, { meter, queues: ['inbox'] });
  const value = (metric: string, labels = {}) => sampleOf(meter.families(), metric, labels);
  return { inner, outlet, value };
}

test('createMeasuredOutlet knows what is on its way, and what has come back', async () => {
  const { inner, outlet, value } = prepare();
  const records = [makeRecord('A'), makeRecord('B')];
  const arrived = inner.withhold();
  const published = outlet.publish(records);
  await arrived;
  assert.equal(value('mailchute_confirms_awaited'), 2);
  assert.equal(value('mailchute_inflight_bytes'), records.reduce((sum, { size }) => sum + size, 0));
  inner.release();
  assert.deepEqual(await published, [STORED, STORED]);
  assert.equal(value('mailchute_confirms_awaited'), 0);
  assert.equal(value('mailchute_inflight_bytes'), 0);
  assert.equal(value('mailchute_records_total', { queue: 'inbox', result: 'stored' }), 2);
  assert.equal(value('mailchute_publish_duration_seconds_count', { result: 'stored' }), 1);
});

test('createMeasuredOutlet counts each fault by its name', async () => {
  const { inner, outlet, value } = prepare();
  inner.result = ({ id }) => id === 'A' ? STORED : { stored: false, fault: 'returned', detail: '' };
  await outlet.publish([makeRecord('A'), makeRecord('B')]);
  assert.equal(value('mailchute_records_total', { queue: 'inbox', result: 'stored' }), 1);
  assert.equal(value('mailchute_records_total', { queue: 'inbox', result: 'returned' }), 1);
  assert.equal(value('mailchute_publish_duration_seconds_count', { result: 'failed' }), 1);
});

test('createMeasuredOutlet lets nothing stay on its way when the outlet throws', async () => {
  const { inner, outlet, value } = prepare();
  inner.publish = () => Promise.reject(new Error('a bug'));
  await assert.rejects(outlet.publish([makeRecord('A')]), /a bug/);
  assert.equal(value('mailchute_confirms_awaited'), 0);
});

test('createMeasuredOutlet tells what waits in the spool, where there is one, and how the broker is', () => {
  const meter = new Meter();
  const stats = { bytes: 70, queues: [{ queue: 'inbox', records: 7, setAside: 0 }] };
  const broker = { connected: 1, blocked: 2, down: 3 };
  const inner = createRecordingOutlet();
  inner.health = () => ({ ready: true, reasons: [], broker });
  createMeasuredOutlet({ ...inner, spooled: () => stats }, { meter, queues: ['inbox', 'local'] });
  const value = (metric: string, labels = {}) => sampleOf(meter.families(), metric, labels);
  assert.equal(value('mailchute_spool_bytes'), 70);
  assert.equal(value('mailchute_spool_records', { queue: 'inbox' }), 7);
  assert.equal(value('mailchute_spool_records', { queue: 'local' }), 0);
  for (const [state, connections] of Object.entries(broker)) {
    assert.equal(value('mailchute_broker_connections', { state }), connections);
  }
});

test('createMeasuredOutlet passes the claim of a publish on', async () => {
  const { inner, outlet } = prepare();
  const claim = { scope: Buffer.from('scope'), owner: 'me' };
  await outlet.publish([makeRecord('A')], claim);
  await outlet.publish([makeRecord('B')]);
  assert.deepEqual(inner.claims, [claim, undefined]);
});
