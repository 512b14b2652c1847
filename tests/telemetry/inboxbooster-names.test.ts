import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toInboxboosterFamilies } from '../../src/telemetry/inboxbooster-names.ts';
import { createMessageCounts } from '../../src/telemetry/message-counts.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { sampleOf } from '../support/sample.ts';

function prepare() {
  const meter = new Meter();
  const counts = createMessageCounts(meter, ['inbox', 'fast']);
  counts.accepted('smtp', [{ queue: 'inbox' }, { queue: 'inbox' }]);
  counts.accepted('http', [{ queue: 'inbox' }, { queue: 'fast' }, { queue: 'fast' }]);
  counts.refused('smtp', { outcome: 'deferred', reason: 'memory', recipients: 1 });
  counts.refused('smtp', { outcome: 'rejected', reason: 'loop', recipients: 1 });
  return meter;
}

test('toInboxboosterFamilies names what was accepted and what was not', () => {
  const families = toInboxboosterFamilies(prepare().families(), { primary: 'fast', default: 'inbox' });
  assert.equal(sampleOf(families, 'nbr_emails_enqueued_total'), 2);
  assert.equal(sampleOf(families, 'nbr_recipients_total'), 5);
  assert.equal(sampleOf(families, 'nbr_dropped_emails_total'), 2);
  assert.equal(sampleOf(families, 'default_queue_messages'), undefined, 'there is no queue file');
});

test('toInboxboosterFamilies names the sizes of the queues that are in the queue file', () => {
  const meter = prepare();
  meter.gauge('mailchute_queue_messages', { queue: 'inbox' }, () => 7);
  meter.gauge('mailchute_queue_messages', { queue: 'fast' }, () => 3);
  const both = toInboxboosterFamilies(meter.families(), { primary: 'fast', default: 'inbox' });
  assert.equal(sampleOf(both, 'primary_queue_messages'), 3);
  assert.equal(sampleOf(both, 'default_queue_messages'), 7);
  const one = toInboxboosterFamilies(meter.families(), { primary: undefined, default: 'inbox' });
  assert.equal(sampleOf(one, 'primary_queue_messages'), undefined);
});
