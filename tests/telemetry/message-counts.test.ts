import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMessageCounts } from '../../src/telemetry/message-counts.ts';
import { Meter } from '../../src/telemetry/meter.ts';
import { type Labels, sampleOf } from '../support/sample.ts';

function prepare() {
  const meter = new Meter();
  const value = (metric: string, labels: Labels) => sampleOf(meter.totals(), metric, labels);
  return { counts: createMessageCounts(meter, ['inbox', 'local']), value };
}

const accepted = (queue: string) => ({ door: 'smtp', queue, outcome: 'accepted' });

test('createMessageCounts starts what the configuration allows at 0', () => {
  const { value } = prepare();
  for (const queue of ['inbox', 'local']) assert.equal(value('mailchute_messages_total', accepted(queue)), 0);
  assert.equal(value('mailchute_recipients_total', { door: 'http', queue: '', outcome: 'rejected' }), 0);
});

test('createMessageCounts counts an accepted message once, and each recipient for its queue', () => {
  const { counts, value } = prepare();
  counts.accepted('smtp', [{ queue: 'inbox' }, { queue: 'inbox' }]);
  counts.accepted('smtp', [{ queue: 'inbox' }, { queue: 'local' }]);
  assert.equal(value('mailchute_messages_total', accepted('inbox')), 1);
  assert.equal(value('mailchute_messages_total', accepted('several')), 1);
  assert.equal(value('mailchute_recipients_total', accepted('inbox')), 3);
  assert.equal(value('mailchute_recipients_total', accepted('local')), 1);
});

test('createMessageCounts makes no label of a queue that the configuration does not name', () => {
  const { counts, value } = prepare();
  for (let index = 0; index < 3; index++) counts.accepted('smtp', [{ queue: `made up ${index}` }]);
  assert.equal(value('mailchute_messages_total', accepted('other')), 3);
});

test('createMessageCounts counts a refused message once, with its reason', () => {
  const { counts, value } = prepare();
  counts.refused('http', { outcome: 'deferred', reason: 'not-durable', recipients: 3 });
  const labels = { door: 'http', queue: '', outcome: 'deferred' };
  assert.equal(value('mailchute_messages_total', labels), 1);
  assert.equal(value('mailchute_recipients_total', labels), 3);
  const refusal = { door: 'http', outcome: 'deferred', reason: 'not-durable' };
  assert.equal(value('mailchute_refusals_total', refusal), 1);
});
