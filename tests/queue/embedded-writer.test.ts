// How records become rows: what is shared is stored once, what is large is cut, what is small stays in one row.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { createSchema } from '../../src/queue/embedded-schema.ts';
import { createRecordWriter } from '../../src/queue/embedded-writer.ts';
import { makeRecord } from '../support/records.ts';

const large = Buffer.alloc(600 * 1024, 'large');
const medium = Buffer.alloc(5000, 'medium');
const own = () => Buffer.from('own');

const layouts: {
  readonly [name: string]: {
    readonly bodies: readonly Uint8Array[][];
    /** Bytes that each record keeps to itself. */
    readonly own: readonly number[];
    /** Sizes of the rows of content. */
    readonly content: readonly number[];
  };
} = {
  'a small body': { bodies: [[own()]], own: [3], content: [] },
  'a body of medium size': { bodies: [[own(), medium]], own: [5003], content: [] },
  'a large body': { bodies: [[large]], own: [0], content: [262144, 262144, 90112] },
  'small pieces of a large body': {
    bodies: [Array.from({ length: 300 }, () => Buffer.alloc(1024))],
    own: [0],
    content: [262144, 45056],
  },
  'a shared end': { bodies: [[own(), medium], [own(), own(), medium]], own: [3, 6], content: [5000] },
  'equal bytes that are not the same piece': {
    bodies: [[own(), Buffer.from(medium)], [own(), medium]],
    own: [5003, 5003],
    content: [],
  },
  'a shared end that is too small': { bodies: [[own(), medium.subarray(0, 9)], [own()]], own: [12, 3], content: [] },
  'an end shared by some': {
    bodies: [[own()], [own(), medium], [own(), medium], [own()]],
    own: [3, 3, 3, 3],
    content: [5000],
  },
};

for (const [name, { bodies, own: ownBytes, content }] of Object.entries(layouts)) {
  test(`The rows of ${name}`, (context) => {
    const database = new DatabaseSync(':memory:');
    context.after(() => database.close());
    createSchema(database);
    createRecordWriter(database)(bodies.map((body, index) => makeRecord(`ID${index}`, { body })));
    const records = database.prepare('SELECT length(own) AS own, size FROM record ORDER BY seq').all();
    assert.deepEqual(records.map((row) => row['own']), ownBytes);
    assert.deepEqual(records.map(({ size }) => size), bodies.map((body) => Buffer.concat(body).length));
    const chunks = database.prepare('SELECT length(data) AS bytes FROM content ORDER BY id').all();
    assert.deepEqual(chunks.map(({ bytes }) => bytes), content);
  });
}

test('A record keeps its queue, id, recipient, priority and time', (context) => {
  const database = new DatabaseSync(':memory:');
  context.after(() => database.close());
  createSchema(database);
  createRecordWriter(database)([makeRecord('A', { queue: 'reports', priority: 7 }), makeRecord('B')]);
  const rows = database.prepare('SELECT queue, id, recipient, priority, rank, timestamp FROM record ORDER BY seq')
    .all();
  assert.deepEqual(rows.map((row) => Object.values(row)), [
    ['reports', 'A', 'info@example.com', 7, -7, 1_700_000_000],
    ['inbox', 'B', 'info@example.com', null, 0, 1_700_000_000],
  ]);
});
