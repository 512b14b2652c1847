// The queues that a configuration names: each once, and a bound for the refused one alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toConfiguredQueues } from '../../src/commands/configured-queues.ts';
import { loadText } from '../support/load-text.ts';

const cases = [
  { file: '', queues: ['inbox'], bounded: [] },
  { file: 'rabbitmq-local: local', queues: ['inbox', 'local'], bounded: [] },
  { file: 'rabbitmq-primary: first', queues: ['inbox', 'first'], bounded: [] },
  { file: 'rabbitmq-inbox: x\nrabbitmq-local: x', queues: ['x'], bounded: [] },
  { file: 'rabbitmq-refused: no', queues: ['inbox', 'no'], bounded: ['no'] },
  { file: 'rabbitmq-refused: no\nrabbitmq-local: local', queues: ['inbox', 'local', 'no'], bounded: ['no'] },
];

for (const { file, queues, bounded } of cases) {
  test(`toConfiguredQueues() of ${JSON.stringify(file)}`, () => {
    const found = toConfiguredQueues(loadText({ file }).config);
    assert.deepEqual(found.queues, queues);
    assert.deepEqual([...found.bounds], bounded.map((name) => [name, { records: 10_000, bytes: 2 ** 30 }]));
  });
}
