// The tables: creation in one step, numbers that never come back, and the order that an index serves.
import assert from 'node:assert/strict';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { APPLICATION_ID, checkSchema, createSchema, isBlank, readPragma } from '../../src/queue/embedded-schema.ts';
import { createRecordWriter } from '../../src/queue/embedded-writer.ts';
import { makeRecord } from '../support/records.ts';

function makeDatabase(context: TestContext): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  context.after(() => database.close());
  return database;
}

test('createSchema() marks a blank database as ours and leaves one that has its tables alone', (context) => {
  const database = makeDatabase(context);
  assert.equal(isBlank(database), true);
  createSchema(database);
  assert.equal(isBlank(database), false);
  assert.equal(readPragma(database, 'application_id'), APPLICATION_ID);
  createSchema(database);
  checkSchema(database, '/queue.db');
});

test('createSchema() that fails leaves nothing behind', (context) => {
  const database = makeDatabase(context);
  database.exec('PRAGMA max_page_count = 2');
  assert.throws(() => createSchema(database), /database or disk is full/);
  assert.equal(isBlank(database), true);
  database.exec('PRAGMA max_page_count = 1000');
  createSchema(database);
  checkSchema(database, '/queue.db');
});

test('The number of a removed record is never given again', (context) => {
  const database = makeDatabase(context);
  createSchema(database);
  const write = createRecordWriter(database);
  write([makeRecord('A'), makeRecord('B')]);
  database.exec('DELETE FROM record');
  write([makeRecord('C')]);
  assert.deepEqual(database.prepare('SELECT seq FROM record').all().map(({ seq }) => seq), [3]);
});

const searches: { readonly [sql: string]: string } = {
  'SELECT rank, seq FROM record WHERE queue = ? AND rank = ? AND seq > ? AND seq <= ? ORDER BY seq':
    'SEARCH record USING COVERING INDEX record_order (queue=? AND rank=? AND seq>? AND seq<?)',
  'SELECT min(rank) FROM record WHERE queue = ? AND rank > ? AND seq <= ?':
    'SEARCH record USING COVERING INDEX record_order (queue=? AND rank>?)',
  'SELECT queue, count(*) FROM record GROUP BY queue': 'SCAN record USING COVERING INDEX record_order',
  'SELECT 1 FROM record WHERE content_first = ?': 'SEARCH record USING COVERING INDEX record_content (content_first=?)',
};

for (const [sql, expected] of Object.entries(searches)) {
  test(`An index alone answers: ${sql}`, (context) => {
    const database = makeDatabase(context);
    createSchema(database);
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    assert.deepEqual(plan.map(({ detail }) => detail), [expected]);
  });
}
