// The drain: one worker, every record until it is confirmed, and no record again and again while the file is in trouble.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { ContentRoom } from '../../src/net/content-room.ts';
import { openEmbeddedStore } from '../../src/queue/embedded-store.ts';
import { SpoolDrainer } from '../../src/queue/spool-drain.ts';
import { type BatchOutcome, SpoolFile } from '../../src/queue/spool-file.ts';
import { createSpoolSchema } from '../../src/queue/spool-schema.ts';
import { until } from '../support/amqp-outlet.ts';
import { idsIn, makeQueuePath } from '../support/open-spool.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeRecord } from '../support/records.ts';
import { ampleRoom, openRoom } from '../support/rooms.ts';
import { createSwitchedBroker, type SwitchedBroker } from '../support/switched-broker.ts';

/** A spool with these records, and a way to start workers on it. */
function makeSpool(context: TestContext, ids: readonly string[]) {
  const store = openEmbeddedStore(makeQueuePath(context), {
    limit: (database) => {
      createSpoolSchema(database);
      return () => {};
    },
  });
  store.write(ids.map((id) => makeRecord(id)));
  context.after(() => store.close());
  const log = createRecordingLog();
  let workers = 0;
  const work = (
    broker: SwitchedBroker,
    makeFile = (path: string, holder: string) => new SpoolFile(path, { holder }),
    room: ContentRoom = ampleRoom(),
  ) => {
    const file = makeFile(store.path, `worker ${++workers}`);
    const looks: unknown[] = [];
    const tuning = { lookMs: [2, 5], firstWaitMs: 10 } as const;
    const drainer = new SpoolDrainer({ file, broker, room, log, tuning, onLook: (error) => void looks.push(error) });
    context.after(() => drainer.stop().then(() => file.close()));
    return { file, drainer, looks };
  };
  return { store, log, work };
}

test('One worker drains; another one goes on when that has stopped', async (context) => {
  const { store, work } = makeSpool(context, ['A', 'B']);
  const [first, second] = [createSwitchedBroker(), createSwitchedBroker()];
  const { file, drainer } = work(first);
  await until(() => first.stored.length === 2, 'the first worker has drained');
  work(second);
  store.write([makeRecord('C')]);
  drainer.wake();
  await until(() => first.stored.length === 3, 'the first worker has drained more');
  assert.deepEqual([idsIn(first), idsIn(second)], [['A', 'B', 'C'], []]);
  await drainer.stop();
  file.releaseLease();
  store.write([makeRecord('D')]);
  await until(() => second.stored.length === 1, 'the second worker goes on');
});

test('stop() waits for the batch on its way and begins no other', async (context) => {
  const { work } = makeSpool(context, Array.from({ length: 600 }, (_, index) => `A${index}`));
  const broker = createSwitchedBroker();
  const arrived = broker.withhold();
  const { drainer, file } = work(broker);
  await arrived;
  const stopped = drainer.stop();
  broker.release();
  await stopped;
  assert.deepEqual([broker.stored.length, file.stats().queues[0]?.records], [500, 100]);
});

test('A batch of which the broker confirms a part is tried again from there', async (context) => {
  const { work } = makeSpool(context, ['A', 'B', 'C']);
  const broker = createSwitchedBroker();
  const results = ['A', 'B'];
  broker.result = ({ id }) => results.includes(id) ? { stored: true } : { stored: false, fault: 'timeout', detail: '' };
  const { file } = work(broker);
  await until(() => broker.stored.length === 2, 'the confirmed ones are stored');
  await until(() => file.stats().queues[0]?.records === 1, 'and removed');
  assert.equal(file.stats().queues[0]?.setAside, 0);
  results.push('C');
  await until(() => !file.holds('inbox'), 'the rest follows');
  assert.deepEqual(idsIn(broker), ['A', 'B', 'C']);
});

class FailingFile extends SpoolFile {
  failures = 3;

  override settle(outcome: BatchOutcome): number {
    if (this.failures-- > 0) throw new Error('disk I/O error');
    return super.settle(outcome);
  }
}

test('What the broker has is not published again while the file cannot be written', async (context) => {
  const { work, log } = makeSpool(context, ['A', 'B']);
  const broker = createSwitchedBroker();
  const { file, looks } = work(broker, (path, holder) => new FailingFile(path, { holder }));
  await until(() => !file.holds('inbox'), 'the spool is empty');
  assert.deepEqual(idsIn(broker), ['A', 'B']);
  assert.equal(looks.filter((error) => error !== undefined).length, 3);
  assert.deepEqual(log.events.map(({ event, fields }) => [event, fields['records']]), [['spool.drained', 2]]);
});

test('Refused records are told once, with their ids', async (context) => {
  const { work, log } = makeSpool(context, ['A', 'B', 'C']);
  const broker = createSwitchedBroker();
  let refusals = 0;
  broker.result = ({ id }) => {
    if (id === 'C') return { stored: true };
    refusals++;
    return { stored: false, fault: 'returned', detail: 'NO_ROUTE' };
  };
  work(broker);
  await until(() => refusals >= 6, 'both are tried three times');
  assert.deepEqual(log.events, [{
    event: 'spool.set-aside',
    fields: { queue: 'inbox', fault: 'returned', detail: 'NO_ROUTE', records: 2, ids: ['A', 'B'] },
  }]);
});

test('Records that are refused for different reasons are told apart', async (context) => {
  const { work, log } = makeSpool(context, ['A', 'B', 'C']);
  const broker = createSwitchedBroker();
  broker.result = ({ id }) => ({ stored: false, fault: id === 'B' ? 'too-large' : 'nacked', detail: `about ${id}` });
  work(broker);
  await until(() => log.events.length === 2, 'both reasons are told');
  assert.deepEqual(log.events.map(({ fields: { fault, detail, ids } }) => [fault, detail, ids]), [
    ['nacked', 'about A', ['A', 'C']],
    ['too-large', 'about B', ['B']],
  ]);
});

test('What is drained takes room while it is in memory, and waits in the file while there is none', async (context) => {
  const { work } = makeSpool(context, ['A', 'B']);
  const room = openRoom(10_000, 60_000);
  assert.equal(room.take(10_000), true);
  const broker = createSwitchedBroker();
  const arrived = broker.withhold();
  work(broker, undefined, room);
  await until(() => room.waiting === 1, 'the batch waits for room');
  assert.equal(broker.stored.length, 0);
  room.give(10_000);
  await arrived;
  assert.ok(room.taken >= 2 * (makeRecord('A').size + makeRecord('B').size), `${room.taken} bytes`);
  broker.release();
  await until(() => room.taken === 0, 'the room is given back');
  assert.deepEqual(idsIn(broker), ['A', 'B']);
});

test('stop() does not wait for room', async (context) => {
  const { work } = makeSpool(context, ['A']);
  const room = openRoom(10_000, 60_000);
  assert.equal(room.take(10_000), true);
  const { drainer } = work(createSwitchedBroker(), undefined, room);
  await until(() => room.waiting === 1, 'the batch waits for room');
  await drainer.stop();
  assert.deepEqual([room.taken, room.waiting], [10_000, 0]);
});
