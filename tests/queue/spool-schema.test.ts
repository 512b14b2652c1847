// The tables of a spool: made from what a queue file holds, and kept right by every way in and out of it.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { createSpoolLimit, createSpoolSchema, hasSpoolSchema } from '../../src/queue/spool-schema.ts';
import { makeQueuePath } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';

function open(context: TestContext) {
  const store = openEmbeddedStore(makeQueuePath(context));
  context.after(() => store.close());
  const database = new DatabaseSync(store.path);
  context.after(() => database.close());
  const tally = () =>
    database.prepare('SELECT queue, records, bytes FROM spool_tally ORDER BY queue').all().map((row) =>
      Object.values(row)
    );
  return { store, database, tally };
}

const shared = Buffer.alloc(10_000);
const message = ['one', 'three'].map((own) => makeRecord(own, { body: [Buffer.from(own), shared] }));

test('createSpoolSchema() counts what is there, and is content with what it made before', (context) => {
  const { store, database, tally } = open(context);
  store.write([...message, makeRecord('A', { queue: 'other', body: [Buffer.from('1234')] })]);
  assert.equal(hasSpoolSchema(database), false);
  createSpoolSchema(database);
  createSpoolSchema(database);
  assert.equal(hasSpoolSchema(database), true);
  assert.deepEqual(tally(), [['', 0, 10_000], ['inbox', 2, 8], ['other', 1, 4]]);
});

test('The tally follows what is written and removed, whoever does it', (context) => {
  const { store, database, tally } = open(context);
  createSpoolSchema(database);
  store.write(message);
  assert.deepEqual(tally(), [['', 0, 10_000], ['inbox', 2, 8]]);
  store.probe();
  const reader = new DatabaseSync(store.path);
  reader.prepare('DELETE FROM record WHERE id = ?').run('one');
  assert.deepEqual(tally(), [['', 0, 10_000], ['inbox', 1, 5]]);
  reader.prepare('DELETE FROM record WHERE id = ?').run('three');
  reader.close();
  assert.deepEqual(tally(), [['', 0, 0], ['inbox', 0, 0]]);
});

test('createSpoolLimit() lets the limit be reached and not passed', (context) => {
  const { store, database } = open(context);
  const check = createSpoolLimit(database, { path: 'P', maxBytes: 10_008 });
  store.write(message);
  check();
  store.write([makeRecord('A', { body: [Buffer.from('1')] })]);
  assert.throws(check, { message: /^queue-path P: the spool is full \(spool-maxsize, 10008 bytes\): / });
});
