// The gateway's connection to the queue file: a group is stored whole or not at all.
import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { type EmbeddedStore, openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { openKeyTable } from '../../src/queue/key-table.ts';
import { makeRecord } from '../support/records.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function openStore(context: TestContext): EmbeddedStore {
  const store = openEmbeddedStore(join(makeTemporaryDirectory(context), 'queue.db'));
  context.after(() => store.close());
  return store;
}

function readIds({ path }: EmbeddedStore): unknown[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const ids = database.prepare('SELECT id FROM record ORDER BY seq').all().map(({ id }) => id);
  database.close();
  return ids;
}

test('write() stores nothing of a group in which one record cannot be stored, and goes on afterwards', (context) => {
  const store = openStore(context);
  const impossible = { ...makeRecord('B'), timestamp: null as unknown as number };
  assert.throws(() => store.write([makeRecord('A'), impossible, makeRecord('C')]), /NOT NULL constraint failed/);
  assert.deepEqual(readIds(store), []);
  store.write([makeRecord('D'), makeRecord('E')]);
  assert.deepEqual(readIds(store), ['D', 'E']);
});

test('write() stores nothing of a group that its limit refuses, which sees the group in the file', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const limit = (database: DatabaseSync) => () => {
    const { records } = database.prepare('SELECT count(*) AS records FROM record').get() ?? {};
    if (Number(records) > 2) throw new Error('too many');
  };
  const store = openEmbeddedStore(path, { limit });
  context.after(() => store.close());
  store.write([makeRecord('A')]);
  assert.throws(() => store.write([makeRecord('B'), makeRecord('C')]), /too many/);
  store.write([makeRecord('D')]);
  assert.deepEqual(readIds(store), ['A', 'D']);
});

test('probe() leaves no trace', (context) => {
  const store = openStore(context);
  store.write([makeRecord('A')]);
  store.probe();
  store.write([makeRecord('B')]);
  assert.deepEqual(readIds(store), ['A', 'B']);
});

test('write() notes records under their key in the same commit, and stores nothing under a lost claim', (context) => {
  const store = openStore(context);
  const database = new DatabaseSync(store.path);
  context.after(() => database.close());
  const moment = { nowMs: 1_700_000_000_000, uptimeS: 1 };
  const table = openKeyTable(database);
  const claims = ['one', 'two'].map((name) => ({ scope: Buffer.from(name), owner: 'me' }));
  for (const claim of claims) table.claim({ ...claim, body: Buffer.from('body') }, moment);
  const [one = assert.fail(), two = assert.fail()] = claims;
  store.write([makeRecord('A')], [{ claim: one, records: [makeRecord('A')] }]);
  const kept = { id: 'A', recipient: 'info@example.com', queue: 'inbox' };
  assert.deepEqual(table.find(one.scope, moment)?.answer, [kept]);
  const claimed = claims.map((claim) => ({ claim, records: [makeRecord('B')] }));
  assert.throws(() => store.write([makeRecord('B'), makeRecord('B')], claimed.toReversed()), {
    name: 'LostClaimError',
  });
  assert.deepEqual(readIds(store), ['A']);
  assert.equal(table.find(two.scope, moment)?.answer, undefined);
});

const removals: { readonly [name: string]: (path: string) => void } = {
  'the file is moved away': (path) => renameSync(path, `${path}.old`),
  'the file is removed': (path) => rmSync(path),
  'another file takes its place': (path) => {
    writeFileSync(`${path}.new`, '');
    renameSync(`${path}.new`, path);
  },
  'the log is removed': (path) => rmSync(`${path}-wal`),
};

for (const [name, remove] of Object.entries(removals)) {
  test(`write() and probe() fail once ${name}`, (context) => {
    const store = openStore(context);
    store.write([makeRecord('A')]);
    remove(store.path);
    assert.throws(() => store.write([makeRecord('B')]), {
      name: 'QueueFileError',
      message: /removed or replaced while in use/,
    });
    assert.throws(() => store.probe(), /removed or replaced while in use/);
  });
}
