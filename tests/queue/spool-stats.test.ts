// What a spool holds in numbers.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { createSpoolSchema } from '../../src/queue/spool-schema.ts';
import { createSpoolCounter } from '../../src/queue/spool-stats.ts';
import { makeQueuePath } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';

test('createSpoolCounter() counts each queue that holds something, and names the refusal that is due first', (context) => {
  const store = openEmbeddedStore(makeQueuePath(context));
  context.after(() => store.close());
  const database = new DatabaseSync(store.path);
  context.after(() => database.close());
  createSpoolSchema(database);
  const count = createSpoolCounter(database);
  assert.deepEqual(count(), { bytes: 0, queues: [] });
  store.write([makeRecord('A'), makeRecord('B'), makeRecord('C', { queue: 'zoo' })]);
  const refuse = database.prepare("INSERT INTO spool_setback VALUES (?, 'inbox', 1, ?, ?)");
  refuse.run(1, 2000, 'later');
  refuse.run(2, 1000, 'sooner');
  assert.deepEqual(count(), {
    bytes: ['A', 'B', 'C'].reduce((sum, id) => sum + makeRecord(id).size, 0),
    queues: [
      { queue: 'inbox', records: 2, setAside: 2, reason: 'sooner' },
      { queue: 'zoo', records: 1, setAside: 0 },
    ],
  });
});
