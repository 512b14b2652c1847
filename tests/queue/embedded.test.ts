// The embedded outlet: what is stored, in how many transactions, and what happens when the file cannot be written.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import { openKeyTable } from '../../src/queue/key-table.ts';
import type { Outlet } from '../../src/queue/outlet.ts';
import { makeRecord } from '../support/records.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const stored = { stored: true };

function openQueue(context: TestContext): { path: string; outlet: Outlet; log: RecordingLog } {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const log = createRecordingLog();
  const outlet = openEmbeddedOutlet({ path, log });
  context.after(() => outlet.close());
  return { path, outlet, log };
}

async function readBodies(path: string, queue = 'inbox'): Promise<Buffer[]> {
  const reader = openEmbeddedReader({ path, queues: [queue], ack: false });
  const bodies: Buffer[] = [];
  await reader.get(queue, { count: undefined, ack: false }, (body) => {
    bodies.push(Buffer.from(body));
    return Promise.resolve();
  });
  await reader.close();
  return bodies;
}

/** Commit frames of the write-ahead log: those whose header names the size of the database. */
function countCommits(path: string): number {
  const log = readFileSync(`${path}-wal`);
  if (log.length === 0) return 0;
  const pageBytes = log.readUInt32BE(8);
  let commits = 0;
  for (let offset = 32; offset + 24 + pageBytes <= log.length; offset += 24 + pageBytes) {
    const current = log.readUInt32BE(offset + 8) === log.readUInt32BE(16);
    if (current && log.readUInt32BE(offset + 4) > 0) commits++;
  }
  return commits;
}

function countRows(path: string, table: string): unknown {
  const database = new DatabaseSync(path, { readOnly: true });
  const row = database.prepare(`SELECT count(*) AS rows FROM ${table}`).get();
  database.close();
  return row?.['rows'];
}

const shared = Buffer.alloc(700_000, 'shared ');
const bodies: { readonly [name: string]: readonly Uint8Array[][] } = {
  'no piece': [[]],
  'an empty piece': [[Buffer.alloc(0)]],
  'one small piece': [[Buffer.from('{"a":1}')]],
  'every byte value': [[Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))]],
  'a view into a larger buffer': [[Buffer.from('0123456789').subarray(3, 7)]],
  'a small shared end': [[Buffer.from('a'), shared.subarray(0, 10)], [Buffer.from('b'), shared.subarray(0, 10)]],
  'one large piece': [[Buffer.alloc(8_000_001, 'large')]],
  'fifty thousand tiny pieces': [Array.from({ length: 50_000 }, (_, index) => Buffer.from(`tiny ${index}`))],
  'a large shared end': ['a', 'bb', 'ccc'].map((own) => [Buffer.from(own), shared, Buffer.from('"}')]),
  'a whole body shared': [[shared], [shared]],
  'two messages with an end each': [
    [Buffer.from('a'), shared],
    [Buffer.from('b'), shared],
    [Buffer.from('c'), Buffer.alloc(5000, 'other')],
    [Buffer.from('d')],
  ],
};

for (const [name, records] of Object.entries(bodies)) {
  test(`A body is read back byte for byte: ${name}`, async (context) => {
    const { path, outlet } = openQueue(context);
    const results = await outlet.publish(records.map((body, index) => makeRecord(`ID${index}`, { body })));
    assert.deepEqual(results, records.map(() => stored));
    assert.deepEqual(await readBodies(path), records.map((body) => Buffer.concat(body)));
  });
}

test('Content that the records of a message share is stored once', async (context) => {
  const { path, outlet } = openQueue(context);
  const records = Array.from(
    { length: 100 },
    (_, index) => makeRecord(`ID${index}`, { body: [Buffer.from('{'), shared] }),
  );
  await outlet.publish(records);
  await outlet.close();
  assert.equal(countRows(path, 'record'), 100);
  assert.ok(statSync(path).size < 2 * shared.length, `${statSync(path).size} bytes`);
});

test('Publishes of one moment share one transaction and each gets its own results', async (context) => {
  const { path, outlet } = openQueue(context);
  await outlet.publish([makeRecord('FIRST')]);
  const before = countCommits(path);
  const results = await Promise.all(
    Array.from({ length: 50 }, (_, index) => outlet.publish([makeRecord(`A${index}`), makeRecord(`B${index}`)])),
  );
  assert.equal(countCommits(path) - before, 1);
  assert.deepEqual(results, Array.from({ length: 50 }, () => [stored, stored]));
  assert.equal(countRows(path, 'record'), 101);
});

test('Publishes of more than a few megabytes are split over several transactions', async (context) => {
  const { path, outlet } = openQueue(context);
  const before = countCommits(path);
  const body = [Buffer.alloc(3_000_000, 'x')];
  await Promise.all(Array.from({ length: 4 }, (_, index) => outlet.publish([makeRecord(`ID${index}`, { body })])));
  assert.equal(countRows(path, 'record'), 4);
  assert.equal(countCommits(path) - before, 2);
});

test('The file and its companions are readable by their owner alone whatever the umask is', async (context) => {
  const umask = process.umask(0);
  context.after(() => void process.umask(umask));
  const { path, outlet } = openQueue(context);
  await outlet.publish([makeRecord('ID')]);
  const modes = readdirSync(join(path, '..')).map((name) => {
    return `${name} ${(statSync(join(path, '..', name)).mode & 0o777).toString(8)}`;
  });
  assert.deepEqual(modes.sort(), ['queue.db 600', 'queue.db-shm 600', 'queue.db-wal 600']);
});

test('A queue that was closed is opened again with what is in it', async (context) => {
  const { path, outlet } = openQueue(context);
  await outlet.publish([makeRecord('ONE')]);
  await outlet.close();
  const again = openEmbeddedOutlet({ path, log: createRecordingLog() });
  context.after(() => again.close());
  await again.publish([makeRecord('TWO')]);
  assert.equal((await readBodies(path)).length, 2);
});

test('The log starts over while a reader looks on, so it stays bounded', async (context) => {
  const { path, outlet } = openQueue(context);
  const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: false });
  context.after(() => reader.close());
  let largest = 0;
  for (let round = 0; round < 24; round++) {
    await outlet.publish([makeRecord(`ID${round}`, { body: [Buffer.alloc(5_000_000, 'x')] })]);
    await reader.get('inbox', { count: 1, ack: false }, () => Promise.resolve());
    largest = Math.max(largest, statSync(`${path}-wal`).size);
  }
  assert.ok(largest < 40_000_000, `${largest} bytes`);
});

test('A publish waits while another process holds the lock, and is stored when it lets go', async (context) => {
  const { path, outlet } = openQueue(context);
  const other = new DatabaseSync(path);
  context.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  const publish = outlet.publish([makeRecord('ID')]);
  await new Promise((resolve) => setTimeout(resolve, 150));
  assert.equal(countRows(path, 'record'), 0);
  other.exec('COMMIT');
  assert.deepEqual(await publish, [stored]);
});

test('A file that was moved away takes nothing more, and the health says why until it is back', async (context) => {
  const { path, outlet, log } = openQueue(context);
  renameSync(path, `${path}.moved`);
  const [result] = await outlet.publish([makeRecord('LOST')]);
  assert.ok(result !== undefined && !result.stored);
  assert.equal(result.fault, 'unavailable');
  assert.match(result.detail, /removed or replaced while in use/);
  assert.deepEqual(outlet.health(), { ready: false, reasons: [result.detail] });
  renameSync(`${path}.moved`, path);
  assert.deepEqual(await outlet.publish([makeRecord('KEPT')]), [stored]);
  assert.deepEqual(outlet.health(), { ready: true, reasons: [] });
  assert.deepEqual(log.events.map(({ event }) => event), [
    'outlet.ready',
    'outlet.publish-failed',
    'outlet.unavailable',
    'outlet.ready',
  ]);
});

test('A damaged file takes nothing, and the result and the log say that it is damaged', async (context) => {
  const { path, outlet } = openQueue(context);
  await outlet.publish(Array.from({ length: 1000 }, (_, index) => makeRecord(`ID${index}`)));
  await outlet.close();
  const file = readFileSync(path);
  // The first page says what the file is and stays.
  writeFileSync(path, file.fill(0xff, 16_384));
  const log = createRecordingLog();
  const damaged = openEmbeddedOutlet({ path, log });
  context.after(() => damaged.close());
  const [result] = await damaged.publish([makeRecord('LOST')]);
  assert.ok(result !== undefined && !result.stored);
  assert.equal(result.fault, 'unavailable');
  assert.match(result.detail, /it is damaged: stop the gateway and restore it/);
  assert.deepEqual(damaged.health(), { ready: false, reasons: [result.detail] });
  assert.deepEqual(log.events.slice(1).map(({ event }) => event), ['outlet.publish-failed', 'outlet.unavailable']);
});

test('drain() stores what is in flight and takes nothing new', async (context) => {
  const { path, outlet } = openQueue(context);
  const early = outlet.publish([makeRecord('EARLY')]);
  const drained = outlet.drain();
  const [late] = await outlet.publish([makeRecord('LATE')]);
  assert.deepEqual([await early, late?.stored, outlet.health().ready], [[stored], false, false]);
  await drained;
  assert.equal(countRows(path, 'record'), 1);
});

test('close() fails what is in flight as unavailable and may be called again', async (context) => {
  const { path, outlet } = openQueue(context);
  const publish = outlet.publish([makeRecord('ONE'), makeRecord('TWO')]);
  await outlet.close();
  await outlet.close();
  assert.deepEqual((await publish).map((result) => result.stored || result.fault), ['unavailable', 'unavailable']);
  assert.equal(countRows(path, 'record'), 0);
});

test('A lost claim turns no neighbour of the same transaction away', async (context) => {
  const { path, outlet } = openQueue(context);
  const database = new DatabaseSync(path);
  context.after(() => database.close());
  const claim = { scope: Buffer.from('scope'), owner: 'me' };
  openKeyTable(database).claim({ ...claim, body: Buffer.from('body') }, { nowMs: 1_700_000_000_000, uptimeS: 1 });
  const [plain, kept, lost] = await Promise.all([
    outlet.publish([makeRecord('A')]),
    outlet.publish([makeRecord('B')], claim),
    outlet.publish([makeRecord('C')], { ...claim, owner: 'other' }),
  ]);
  assert.deepEqual([plain, kept], [[stored], [stored]]);
  assert.equal(lost?.[0]?.stored, false);
  assert.equal(countRows(path, 'record'), 2);
  assert.equal(outlet.health().ready, true);
});
