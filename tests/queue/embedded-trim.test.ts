// Bounded queues of the embedded queue: the oldest records go, and nothing else does.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { type EmbeddedStore, openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import type { QueueBound } from '../../src/queue/queue-bound.ts';
import { makeRecord } from '../support/records.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function openBounded(context: TestContext, bound: Partial<QueueBound>, path = newPath(context)): EmbeddedStore {
  const store = openEmbeddedStore(path, {
    bounds: new Map([['refused', { records: 1000, bytes: 2 ** 30, ...bound }]]),
  });
  context.after(() => store.close());
  return store;
}

function newPath(context: TestContext): string {
  return join(makeTemporaryDirectory(context), 'queue.db');
}

/** Looks into the file past the store. */
function select({ path }: EmbeddedStore, sql: string): unknown[] {
  const database = new DatabaseSync(path);
  const values = database.prepare(sql).all().map((row) => Object.values(row)[0]);
  database.close();
  return values;
}

function readIds(store: EmbeddedStore, queue = 'refused'): unknown[] {
  return select(store, `SELECT id FROM record WHERE queue = '${queue}' ORDER BY seq`);
}

const refused = (id: string, bytes = 10) => makeRecord(id, { queue: 'refused', body: [randomBytes(bytes)] });

test('write() keeps the latest records of a bounded queue, however they come in', (context) => {
  const store = openBounded(context, { records: 3 });
  for (const id of ['A', 'B', 'C', 'D']) store.write([refused(id)]);
  assert.deepEqual(readIds(store), ['B', 'C', 'D']);
  store.write(['E', 'F', 'G', 'H', 'I'].map((id) => refused(id)));
  assert.deepEqual(readIds(store), ['G', 'H', 'I']);
});

test('write() keeps the bound in bytes, with room for the very latest record whatever its size', (context) => {
  const store = openBounded(context, { bytes: 100 });
  for (const id of ['A', 'B', 'C']) store.write([refused(id, 40)]);
  assert.deepEqual(readIds(store), ['B', 'C']);
  store.write([refused('D', 500)]);
  assert.deepEqual(readIds(store), ['D']);
  store.write([refused('E', 60), refused('F', 40)]);
  assert.deepEqual(readIds(store), ['E', 'F']);
});

test('write() drops nothing from queues without a bound', (context) => {
  const store = openBounded(context, { records: 1 });
  for (const id of ['A', 'B', 'C']) store.write([makeRecord(id), refused(`${id}R`)]);
  assert.deepEqual(readIds(store, 'inbox'), ['A', 'B', 'C']);
  assert.deepEqual(readIds(store), ['CR']);
});

test('write() frees what dropped records held, and leaves what others share with them', (context) => {
  const store = openBounded(context, { records: 1 });
  const shared = randomBytes(600_000);
  const body = (id: string) => [Buffer.from(id), shared];
  store.write([
    makeRecord('A', { queue: 'refused', body: body('A') }),
    makeRecord('B', { queue: 'inbox', body: body('B') }),
  ]);
  store.write([makeRecord('C', { queue: 'refused', body: [randomBytes(600_000)] })]);
  store.write([refused('D')]);
  assert.deepEqual(readIds(store), ['D']);
  assert.deepEqual(select(store, 'SELECT sum(length(data)) FROM content'), [600_000]);
});

test('write() counts what was there before the start, and what readers have taken meanwhile', (context) => {
  const first = openBounded(context, {});
  first.write(['A', 'B', 'C', 'D'].map((id) => refused(id)));
  const second = openBounded(context, { records: 3 }, first.path);
  second.write([refused('E')]);
  assert.deepEqual(readIds(second), ['C', 'D', 'E']);
  select(second, "DELETE FROM record WHERE id = 'D' RETURNING id");
  second.write([refused('F')]);
  assert.deepEqual(readIds(second), ['C', 'E', 'F']);
});

test('write() looks at a large queue with every hundredth of its bound only', (context) => {
  const store = openBounded(context, { records: 1000 });
  for (let batch = 0; batch < 10; batch++) {
    store.write(Array.from({ length: 100 }, (_, index) => refused(`A${batch}-${index}`)));
  }
  const counts: unknown[] = [];
  for (let index = 0; index < 20; index++) {
    store.write([refused(`B${index}`)]);
    counts.push(...select(store, 'SELECT count(*) FROM record'));
  }
  assert.deepEqual(counts.slice(8, 11), [1009, 1000, 1001]);
  assert.equal(counts.at(-1), 1000);
});

test('write() drops nothing when its transaction fails', (context) => {
  const store = openBounded(context, { records: 2 });
  store.write([refused('A'), refused('B')]);
  const impossible = { ...makeRecord('X'), timestamp: null as unknown as number };
  assert.throws(() => store.write([refused('C'), refused('D'), impossible]), /NOT NULL/);
  assert.deepEqual(readIds(store), ['A', 'B']);
});
