// A body comes out of the queue file as it went in, however its pieces were cut and shared.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createBodyReader } from '../../src/queue/embedded-body.ts';
import { openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { makeRecord } from '../support/records.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

test('createBodyReader() joins what a record has of its own with what it shares', (context) => {
  const store = openEmbeddedStore(join(makeTemporaryDirectory(context), 'queue.db'));
  const shared = Buffer.alloc(700_000, 'shared ');
  const records = ['one ', 'another '].map((own) => makeRecord(own, { body: [Buffer.from(own), shared] }));
  store.write([...records, makeRecord('small')]);
  store.close();
  const database = new DatabaseSync(store.path, { readOnly: true });
  context.after(() => database.close());
  const readBody = createBodyReader(database);
  const bodies = [1, 2, 3, 4].map((seq) => readBody(seq));
  const expected = [...records, makeRecord('small')].map(({ body }) => Buffer.concat(body));
  assert.deepEqual(bodies.map((body) => body && Buffer.from(body)), [...expected, undefined]);
});
