import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProcessFamilies, toExposition } from '../../src/telemetry/exposition.ts';
import { createMessageCounts } from '../../src/telemetry/message-counts.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { checkExposition } from '../support/exposition-checks.ts';
import { sumOf } from '../support/sample.ts';

const QUEUES = { primary: undefined, default: 'inbox' };

function countOne(seconds: number): Meter {
  const meter = new Meter();
  const counts = createMessageCounts(meter, ['inbox', 'a "quoted"\nname\\']);
  counts.accepted('smtp', [{ queue: 'inbox' }]);
  meter.histogram('mailchute_accept_duration_seconds', { door: 'smtp' }).observe(seconds);
  return meter;
}

test('toExposition adds up processes, also those whose numbers came over a channel', async () => {
  const other = JSON.parse(JSON.stringify(countOne(2).families()));
  const text = await toExposition([countOne(0.001).families(), other], QUEUES);
  checkExposition(text);
  assert.equal(sumOf(text, 'mailchute_messages_total', { outcome: 'accepted', queue: 'inbox' }), 2);
  assert.equal(sumOf(text, 'mailchute_accept_duration_seconds_count'), 2);
  assert.equal(sumOf(text, 'mailchute_accept_duration_seconds_bucket', { le: 1 }), 1);
  assert.equal(sumOf(text, 'nbr_emails_enqueued_total'), 2);
});

test('readProcessFamilies tells of processor, memory, descriptors and the event loop on every runtime', async () => {
  const text = await toExposition([await readProcessFamilies()], QUEUES);
  checkExposition(text);
  for (
    const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_open_fds',
      'process_start_time_seconds',
      'nodejs_eventloop_lag_seconds',
      'nodejs_eventloop_lag_p99_seconds',
      'nodejs_heap_size_used_bytes',
    ]
  ) assert.match(text, new RegExp(`^${name} [\\d.e+-]+$`, 'm'));
});
