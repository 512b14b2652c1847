// The reader of the embedded queue: order, acknowledgement, and what it says about files that are no queue.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { openEmbeddedReader } from '../../src/queue/embedded-reader.ts';
import { openEmbeddedOutlet } from '../../src/queue/embedded.ts';
import type { EncodedRecord, Outlet } from '../../src/queue/outlet.ts';
import type { QueueReader } from '../../src/queue/reader.ts';
import { makeRecord } from '../support/records.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

interface Queue {
  readonly path: string;
  readonly outlet: Outlet;
  /** A reader that may acknowledge. */
  openReader(): QueueReader;
}

async function openQueue(context: TestContext, records: readonly EncodedRecord[] = []): Promise<Queue> {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const outlet = openEmbeddedOutlet({ path, log: createRecordingLog() });
  context.after(() => outlet.close());
  await outlet.publish(records);
  return {
    path,
    outlet,
    openReader() {
      const reader = openEmbeddedReader({ path, queues: ['inbox', 'reports'], ack: true });
      context.after(() => reader.close());
      return reader;
    },
  };
}

async function getIds(
  reader: QueueReader,
  options: { queue?: string; count?: number; ack?: boolean } = {},
): Promise<string[]> {
  const { queue = 'inbox', count, ack = false } = options;
  const ids: string[] = [];
  const records = await reader.get(queue, { count, ack }, (body) => {
    ids.push(String(JSON.parse(Buffer.from(body).toString())['message-id']));
    return Promise.resolve();
  });
  assert.equal(records, ids.length);
  return ids;
}

test('list() names the configured queues in their order, then the others in the file, with their messages', async (context) => {
  const queues = ['zebra', 'inbox', 'inbox', 'apple'];
  const { openReader } = await openQueue(context, queues.map((queue, index) => makeRecord(`ID${index}`, { queue })));
  assert.deepEqual(await openReader().list(), [
    { queue: 'inbox', messages: 2 },
    { queue: 'reports', messages: 0 },
    { queue: 'apple', messages: 1 },
    { queue: 'zebra', messages: 1 },
  ]);
});

test('get() hands out higher priorities first and the oldest of each first', async (context) => {
  const priorities: { readonly [id: string]: number | undefined } = {
    A: undefined,
    B: 5,
    C: 0,
    D: 9,
    E: 5,
    F: undefined,
  };
  const records = Object.entries(priorities).map(([id, priority]) =>
    makeRecord(id, priority === undefined ? {} : { priority })
  );
  const { openReader } = await openQueue(context, records);
  assert.deepEqual(await getIds(openReader()), ['D', 'B', 'E', 'A', 'C', 'F']);
  assert.deepEqual(await getIds(openReader(), { count: 2, ack: true }), ['D', 'B']);
  assert.deepEqual(await getIds(openReader()), ['E', 'A', 'C', 'F']);
});

test('get() looks without removing, and removes with ack', async (context) => {
  const { openReader } = await openQueue(context, ['A', 'B', 'C'].map((id) => makeRecord(id)));
  const reader = openReader();
  assert.deepEqual(await getIds(reader, { count: 2 }), ['A', 'B']);
  assert.deepEqual(await getIds(reader, { count: 2, ack: true }), ['A', 'B']);
  assert.deepEqual(await getIds(reader, { ack: true }), ['C']);
  assert.deepEqual(await getIds(reader), []);
});

test('get() reads on over many looks into the index and ends at what was there when it began', async (context) => {
  const ids = Array.from({ length: 1234 }, (_, index) => `ID${index}`);
  const { outlet, openReader } = await openQueue(context, ids.map((id) => makeRecord(id)));
  const seen: string[] = [];
  await openReader().get('inbox', { count: undefined, ack: true }, async (body) => {
    seen.push(JSON.parse(Buffer.from(body).toString())['message-id']);
    if (seen.length === 1) await outlet.publish([makeRecord('LATER')]);
  });
  assert.deepEqual(seen, ids);
  assert.deepEqual(await getIds(openReader()), ['LATER']);
});

test('get() leaves the record whose delivery failed, and all that follow', async (context) => {
  const { openReader } = await openQueue(context, ['A', 'B', 'C'].map((id) => makeRecord(id)));
  const broken = new Error('pipe closed');
  let records = 0;
  const get = openReader().get('inbox', { count: undefined, ack: true }, () => {
    records++;
    return records === 2 ? Promise.reject(broken) : Promise.resolve();
  });
  await assert.rejects(get, broken);
  assert.deepEqual((await getIds(openReader())).slice(-2), ['B', 'C']);
});

test('A record is still in the queue while its delivery is under way', async (context) => {
  const { openReader } = await openQueue(context, [makeRecord('A')]);
  const others: string[][] = [];
  await openReader().get('inbox', { count: 1, ack: true }, async () => void others.push(await getIds(openReader())));
  assert.deepEqual(others, [['A']]);
});

test('Acknowledging what another reader acknowledged before removes nothing else', async (context) => {
  const { outlet, openReader } = await openQueue(context, [makeRecord('A')]);
  await openReader().get('inbox', { count: 1, ack: true }, async () => {
    await getIds(openReader(), { ack: true });
    await outlet.publish([makeRecord('B')]);
  });
  assert.deepEqual(await getIds(openReader()), ['B']);
});

test('Shared content goes with the last record that needs it', async (context) => {
  const content = Buffer.from(`","mime":"${'x'.repeat(10_000)}"}`);
  const records = ['A', 'B'].map((id) => makeRecord(id, { body: [Buffer.from(`{"message-id":"${id}`), content] }));
  const { path, openReader } = await openQueue(context, records);
  const database = new DatabaseSync(path, { readOnly: true });
  context.after(() => database.close());
  const rows = () => database.prepare('SELECT count(*) AS rows FROM content').get()?.['rows'];
  assert.deepEqual(await getIds(openReader(), { count: 1, ack: true }), ['A']);
  assert.equal(rows(), 1);
  assert.deepEqual(await getIds(openReader(), { ack: true }), ['B']);
  assert.equal(rows(), 0);
});

test('An unknown queue is an error that names it, a configured empty one is not', async (context) => {
  const { openReader } = await openQueue(context);
  assert.deepEqual(await getIds(openReader(), { queue: 'reports' }), []);
  await assert.rejects(
    getIds(openReader(), { queue: 'inbxo' }),
    /^QueueFileError: queue "inbxo": neither configured nor in/,
  );
});

test('The queue can be read after its gateway has gone, and looking changes nothing', async (context) => {
  const { path, outlet } = await openQueue(context, [makeRecord('A')]);
  await outlet.close();
  for (const ack of [false, true, false]) {
    const reader = openEmbeddedReader({ path, queues: [], ack });
    assert.deepEqual(await getIds(reader), ['A']);
    await reader.close();
    assert.deepEqual(readdirSync(dirname(path)), ['queue.db']);
  }
});

const refusals: { readonly [name: string]: { readonly make: (path: string) => void; readonly expected: RegExp } } = {
  'a missing file': { make: () => {}, expected: /no such file: "mailchute serve" creates it/ },
  'an empty file': { make: (path) => writeFileSync(path, ''), expected: /the database of another program/ },
  'a text file': { make: (path) => writeFileSync(path, 'text '.repeat(1000)), expected: /it is not a database/ },
  'a directory': { make: (path) => mkdirSync(path), expected: /is not a file/ },
  'a database of another program': {
    make: (path) => executeSql(path, 'CREATE TABLE other (id)'),
    expected: /the database of another program/,
  },
  'a queue of a newer layout': {
    make: (path) => {
      void openEmbeddedOutlet({ path, log: createRecordingLog() }).close();
      executeSql(path, 'PRAGMA user_version = 2');
    },
    expected: /its layout is number 2, this mailchute knows 1/,
  },
};

function executeSql(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

for (const [name, { make, expected }] of Object.entries(refusals)) {
  for (const ack of [false, true]) {
    test(`The reader refuses ${name} ${ack ? 'with' : 'without'} ack and creates nothing`, (context) => {
      const path = join(makeTemporaryDirectory(context), 'queue.db');
      make(path);
      const before = readdirSync(dirname(path));
      assert.throws(() => openEmbeddedReader({ path, queues: [], ack }), (error: Error) => {
        assert.match(error.message, expected);
        assert.ok(error.message.startsWith(`queue-path ${path}: `), error.message);
        return true;
      });
      assert.deepEqual(readdirSync(dirname(path)), before);
    });
  }
}

test('A missing directory is an error that names it', (context) => {
  const path = join(makeTemporaryDirectory(context), 'nowhere', 'queue.db');
  assert.throws(() => openEmbeddedReader({ path, queues: [], ack: false }), /there is no directory .*nowhere/);
  assert.ok(!existsSync(dirname(path)));
});
