// The spool's connection to its file: batches, set-backs, the lease, and the hint that a queue runs empty.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test, type TestContext } from 'node:test';
import { type EmbeddedStore, openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { LONGEST_WAIT_MS, SpoolFile } from '../../src/queue/spool-file.ts';
import { createSpoolSchema } from '../../src/queue/spool-schema.ts';
import { makeQueuePath } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';

interface Opened {
  readonly store: EmbeddedStore;
  readonly file: SpoolFile;
  readonly clock: { ms: number };
  /** A further worker's connection. */
  another(): SpoolFile;
}

function open(context: TestContext): Opened {
  const store = openEmbeddedStore(makeQueuePath(context), {
    limit: (database) => {
      createSpoolSchema(database);
      return () => {};
    },
  });
  context.after(() => store.close());
  const clock = { ms: 1_800_000_000_000 };
  let holders = 0;
  const another = () => {
    const file = new SpoolFile(store.path, { holder: `worker ${++holders}`, now: () => clock.ms });
    context.after(() => file.close());
    return file;
  };
  return { store, file: another(), clock, another };
}

const batchIds = (file: SpoolFile, queue = 'inbox') => file.nextBatch(queue).read().map(({ record: { id } }) => id);
const refusal = (seq: number, waitMs: number, attempts = 1) => ({ seq, attempts, waitMs, reason: 'nacked' });
const kept = { queue: 'inbox', stored: [], setbacks: [], isQuick: false };

test('nextBatch() gives the records of one queue in the order in which they came, whatever their priority', (context) => {
  const { store, file } = open(context);
  store.write([
    makeRecord('A', { priority: 1 }),
    makeRecord('X', { queue: 'other' }),
    makeRecord('B', { priority: 9 }),
  ]);
  store.write([makeRecord('C'), makeRecord('D', { priority: 1 })]);
  assert.deepEqual(batchIds(file), ['A', 'B', 'C', 'D']);
  assert.deepEqual(file.nextBatch('inbox').read().map(({ record: { priority } }) => priority), [1, 9, undefined, 1]);
  assert.deepEqual([file.holds('inbox'), file.holds('none'), file.dueQueues()], [true, false, ['inbox', 'other']]);
});

test('nextBatch() is bounded in records and in bytes, and gives a large record alone', (context) => {
  const { store, file } = open(context);
  const sized = (id: string, bytes: number) => makeRecord(id, { body: [Buffer.alloc(bytes)] });
  store.write(Array.from({ length: 600 }, (_, index) => makeRecord(`A${index}`)));
  assert.equal(file.nextBatch('inbox').records, 500);
  store.write([
    sized('B', 900_000),
    sized('C', 2_000_000),
    ...['D', 'E', 'F', 'G', 'H'].map((id) => sized(id, 900_000)),
  ]);
  const batches: string[][] = [];
  for (;;) {
    const batch = file.nextBatch('inbox').read();
    if (batch.length === 0) break;
    batches.push(batch.map(({ record: { id } }) => id));
    file.settle({ ...kept, stored: batch.map(({ seq }) => seq) });
  }
  assert.deepEqual(batches.slice(1).map((ids) => ids.filter((id) => !id.startsWith('A'))), [
    ['B'],
    ['C'],
    ['D', 'E', 'F', 'G'],
    ['H'],
  ]);
});

test('settle() removes what is stored and puts what is refused behind the others until it is due', (context) => {
  const { store, file, clock } = open(context);
  store.write(['A', 'B', 'C'].map((id) => makeRecord(id)));
  assert.equal(file.settle({ ...kept, stored: [2], setbacks: [refusal(1, 1000)] }), 2);
  assert.deepEqual(batchIds(file), ['C']);
  assert.deepEqual(file.stats().queues, [{ queue: 'inbox', records: 2, setAside: 1, reason: 'nacked' }]);
  file.settle({ ...kept, stored: [3] });
  assert.deepEqual([batchIds(file), file.dueQueues(), file.holds('inbox')], [[], [], true]);
  clock.ms += 1000;
  assert.deepEqual([file.dueQueues(), file.nextBatch('inbox').read().map(({ seq, attempts }) => [seq, attempts])], [
    ['inbox'],
    [[1, 1]],
  ]);
  file.settle({ ...kept, setbacks: [refusal(1, 2000, 2)] });
  assert.deepEqual(batchIds(file), []);
  assert.equal(file.settle({ ...kept, stored: [1] }), 0);
  assert.deepEqual(file.stats().queues, []);
});

test('A clock that goes back puts no refused record off for longer than the longest wait', (context) => {
  const { store, file, clock } = open(context);
  store.write([makeRecord('A')]);
  file.settle({ ...kept, setbacks: [refusal(1, LONGEST_WAIT_MS)] });
  assert.deepEqual(file.dueQueues(), []);
  clock.ms = 1_700_000_000_000;
  assert.deepEqual([file.dueQueues(), batchIds(file)], [['inbox'], ['A']]);
});

test('settle() takes it well that a record was taken out by hand', (context) => {
  const { store, file, another } = open(context);
  store.write([makeRecord('A'), makeRecord('B')]);
  another().settle({ ...kept, stored: [1, 2] });
  assert.equal(file.settle({ ...kept, stored: [1], setbacks: [refusal(2, 1000)] }), 0);
  assert.deepEqual(file.stats().queues, []);
});

test('takeLease() gives the lease to one worker, until that gives it back, dies, or the clock goes back', (context) => {
  const { file, another, clock } = open(context);
  const other = another();
  assert.deepEqual([file.takeLease(), other.takeLease(), file.hasLease, other.hasLease], [true, false, true, false]);
  clock.ms += 4000;
  assert.deepEqual([file.takeLease(), other.takeLease()], [true, false]);
  file.releaseLease();
  assert.deepEqual([other.takeLease(), file.takeLease()], [true, false]);
  clock.ms += 5001;
  assert.deepEqual([file.takeLease(), other.takeLease()], [true, false]);
  clock.ms = 1_700_000_000_000;
  assert.deepEqual([other.takeLease(), file.takeLease()], [true, false]);
});

for (
  const { name, outcome, records, expected } of [
    { name: 'a few are left of a quick drain', outcome: { isQuick: true }, records: 2, expected: true },
    { name: 'the broker is slow', outcome: { isQuick: false }, records: 2, expected: false },
    { name: 'many are left', outcome: { isQuick: true }, records: 600, expected: false },
    {
      name: 'a refused record keeps the queue in the spool',
      outcome: { isQuick: true, setbacks: [refusal(2, 1000)] },
      records: 3,
      expected: false,
    },
    { name: 'nothing is left', outcome: { isQuick: true }, records: 1, expected: false },
  ]
) {
  test(`settle() has writers ${expected ? '' : 'not '}wait when ${name}`, (context) => {
    const { store, file, another, clock } = open(context);
    store.write(Array.from({ length: records }, (_, index) => makeRecord(`A${index}`)));
    file.settle({ ...kept, stored: [1], ...outcome });
    const writer = another();
    assert.equal(writer.isClosing('inbox'), expected);
    clock.ms += 251;
    assert.equal(writer.isClosing('inbox'), false, 'and not for long');
  });
}
