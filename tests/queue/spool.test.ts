// The spool in front of a broker that comes and goes: what is promised is kept, and in which order it arrives.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { EncodedRecord, Outlet, PublishFailure } from '../../src/queue/outlet.ts';
import { publishOne, toFaults, until } from '../support/amqp-outlet.ts';
import { idsIn, makeQueuePath, openSpool } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';
import { createSwitchedBroker } from '../support/switched-broker.ts';

const NACKED: PublishFailure = { stored: false, fault: 'nacked', detail: 'the broker refused the message' };
const sized = (bytes: number) => ({ body: [Buffer.alloc(bytes, 'x')] });

function names(log: { readonly events: readonly { readonly event: string }[] }): string[] {
  return log.events.map(({ event }) => event).filter((event) => event.startsWith('spool.'));
}

function spooledRecords(outlet: Outlet): number | undefined {
  return outlet.spooled?.()?.queues.reduce((sum, { records }) => sum + records, 0);
}

test('A spool passes records on while the broker takes them', async (context) => {
  const { outlet, broker, log } = await openSpool(context);
  assert.equal((await publishOne(outlet)).stored, true);
  assert.deepEqual([idsIn(broker), spooledRecords(outlet), names(log)], [['A1'], 0, []]);
});

test('A spool stores what the broker cannot be given, and drains it in order when it can', async (context) => {
  const { outlet, broker, log } = await openSpool(context);
  broker.off();
  const records = ['A', 'B', 'C', 'D'].map((id, index) => makeRecord(id, { priority: index }));
  for (const record of records) assert.deepEqual(toFaults(await outlet.publish([record])), ['stored']);
  assert.equal(spooledRecords(outlet), 4);
  broker.on();
  await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
  assert.deepEqual(idsIn(broker), ['A', 'B', 'C', 'D']);
  assert.deepEqual(names(log), ['spool.started', 'spool.drained']);
});

test('A record leaves the spool as it came in', async (context) => {
  const { outlet, broker } = await openSpool(context);
  broker.off();
  const large = Buffer.alloc(600_000, 'large ');
  const records = [
    makeRecord('A', { priority: 7, body: [Buffer.from('{"own":1,'), large] }),
    makeRecord('B', { body: [Buffer.from('{"own":2,'), large] }),
    makeRecord('C', { priority: 0 }),
  ];
  await outlet.publish(records);
  broker.on();
  await until(() => broker.stored.length === 3, 'all records are published');
  const flat = (list: readonly EncodedRecord[]) =>
    list.map((record) => ({ ...record, body: Buffer.concat(record.body) }));
  assert.deepEqual(flat(broker.stored), flat(records));
});

for (const fault of ['unavailable', 'timeout', 'blocked'] as const) {
  test(`A record in flight that ends as ${fault} goes into the spool under its id`, async (context) => {
    const { outlet, broker } = await openSpool(context);
    broker.result = () => ({ stored: false, fault, detail: 'gone' });
    assert.equal((await publishOne(outlet, 'A')).stored, true);
    assert.equal(spooledRecords(outlet), 1);
    broker.result = () => ({ stored: true });
    await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
    assert.deepEqual(idsIn(broker), ['A']);
  });
}

for (const fault of ['nacked', 'returned'] as const) {
  test(`A record that is ${fault} is not stored while the spool is empty, and waits there otherwise`, async (context) => {
    const { outlet, broker } = await openSpool(context);
    broker.result = ({ queue }) => queue === 'full' ? { stored: false, fault, detail: 'no' } : { stored: true };
    const one = (id: string) => outlet.publish([makeRecord(id, { queue: 'full' })]).then(toFaults);
    assert.deepEqual(await one('A'), [fault]);
    broker.off();
    assert.deepEqual(await one('B'), ['stored']);
    broker.on();
    await until(() => outlet.spooled?.()?.queues[0]?.setAside === 1, 'the record is set aside');
    assert.deepEqual(await one('C'), ['stored']);
    await until(() => outlet.spooled?.()?.queues[0]?.setAside === 2, 'both are set aside');
    assert.deepEqual(await outlet.publish([makeRecord('D')]).then(toFaults), ['stored']);
    assert.deepEqual(idsIn(broker), ['D'], 'another queue goes on directly');
  });
}

test('Records of a queue that the spool holds wait behind it, those of other queues do not', async (context) => {
  const { outlet, broker } = await openSpool(context);
  broker.off();
  await outlet.publish([makeRecord('A'), makeRecord('B')]);
  const draining = broker.withhold();
  broker.on();
  await draining;
  const behind = outlet.publish([makeRecord('C'), makeRecord('D', { queue: 'other' })]);
  broker.release();
  assert.deepEqual(toFaults(await behind), ['stored', 'stored']);
  await until(() => broker.stored.length === 4, 'everything is published');
  assert.deepEqual([idsIn(broker), idsIn(broker, 'other')], [['A', 'B', 'C'], ['D']]);
});

test('A refused record moves behind the others, is tried again, and is never dropped', async (context) => {
  const { outlet, broker, log } = await openSpool(context);
  broker.off();
  for (const id of ['poison', 'A', 'B']) await outlet.publish([makeRecord(id)]);
  let refusals = 0;
  broker.result = ({ id }) => id === 'poison' && ++refusals < 4 ? NACKED : { stored: true };
  broker.on();
  await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
  assert.deepEqual([idsIn(broker), refusals], [['A', 'B', 'poison'], 4]);
  assert.deepEqual(names(log), ['spool.started', 'spool.set-aside', 'spool.drained']);
});

test('A refused record is told by health() and the counts', async (context) => {
  const { outlet, broker } = await openSpool(context);
  broker.off();
  for (const id of ['poison', 'A']) await outlet.publish([makeRecord(id)]);
  assert.deepEqual(outlet.health(), {
    ready: true,
    reasons: ['no connection to RabbitMQ', "2 records for queue 'inbox' wait in the spool"],
  });
  broker.result = ({ id }) => id === 'poison' ? NACKED : { stored: true };
  broker.on();
  await until(() => spooledRecords(outlet) === 1 && outlet.spooled?.()?.queues[0]?.setAside === 1, 'one is left');
  const reason = 'nacked: the broker refused the message';
  assert.deepEqual(outlet.health(), {
    ready: true,
    reasons: [`1 records for queue 'inbox' wait in the spool, 1 of them set aside (${reason})`],
  });
  assert.deepEqual(outlet.spooled?.()?.queues, [{ queue: 'inbox', records: 1, setAside: 1, reason }]);
});

test('A record too large for the broker is refused, whether it is there or not', async (context) => {
  const { outlet, broker } = await openSpool(context, { broker: createSwitchedBroker({ maxBytes: 1000 }) });
  broker.off();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('A', sized(1001))])), ['too-large']);
  assert.equal(spooledRecords(outlet), 0);
});

test('A message is spooled for all of its recipients or for none', async (context) => {
  const { outlet, broker } = await openSpool(context);
  broker.result = ({ queue }) => queue === 'full' ? NACKED : { stored: false, fault: 'timeout', detail: 'late' };
  const results = await outlet.publish([makeRecord('A'), makeRecord('B', { queue: 'full' })]);
  assert.deepEqual([toFaults(results), spooledRecords(outlet)], [['timeout', 'nacked'], 0]);
});

test('A full spool takes no more until it has been drained', async (context) => {
  const { outlet, broker } = await openSpool(context, { maxBytes: 100_000 });
  broker.off();
  const faults: string[] = [];
  for (let index = 0; index < 12; index++) {
    faults.push(...toFaults(await outlet.publish([makeRecord(`A${index}`, sized(10_000))])));
  }
  assert.deepEqual(faults, [...Array(10).fill('stored'), 'full', 'full']);
  assert.equal(outlet.health().ready, false);
  assert.match(outlet.health().reasons.join(), /the spool is full/);
  broker.on();
  await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
  assert.deepEqual([outlet.health(), (await publishOne(outlet)).stored], [{ ready: true, reasons: [] }, true]);
});

test('spool-maxsize counts what several recipients share once', async (context) => {
  const { outlet, broker } = await openSpool(context, { maxBytes: 300_000 });
  broker.off();
  const shared = Buffer.alloc(200_000, 'x');
  const records = Array.from({ length: 50 }, (_, index) =>
    makeRecord(`A${index}`, {
      body: [Buffer.from(`{${index}`), shared],
    }));
  assert.deepEqual(new Set(toFaults(await outlet.publish(records))), new Set(['stored']));
});

test('A message too large for the whole spool does not make it full', async (context) => {
  const { outlet, broker } = await openSpool(context, { maxBytes: 100_000 });
  broker.off();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('A', sized(200_000))])), ['full']);
  assert.equal(outlet.health().ready, true);
  assert.equal((await publishOne(outlet)).stored, true);
});

test('What a gateway leaves in its spool, the next one drains', async (context) => {
  const path = makeQueuePath(context);
  const first = await openSpool(context, { path });
  first.broker.off();
  await first.outlet.publish([makeRecord('A'), makeRecord('B')]);
  await first.outlet.drain();
  assert.deepEqual(names(first.log), ['spool.started', 'spool.kept']);
  const second = await openSpool(context, { path });
  await publishOne(second.outlet, 'C');
  await until(() => second.broker.stored.length === 3, 'everything is published');
  assert.deepEqual(idsIn(second.broker), ['A', 'B', 'C']);
});

test('What an embedded queue held goes to the broker first', async (context) => {
  const { openEmbeddedOutlet } = await import('../../src/queue/embedded.ts');
  const path = makeQueuePath(context);
  const { log } = await openSpool(context);
  const embedded = openEmbeddedOutlet({ path, log });
  await embedded.publish([makeRecord('A'), makeRecord('B')]);
  await embedded.close();
  const { outlet, broker } = await openSpool(context, { path });
  await publishOne(outlet, 'C');
  await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
  assert.deepEqual(idsIn(broker), ['A', 'B', 'C']);
});

test('drain() waits for publishes in flight, and spools those that the broker did not confirm', async (context) => {
  const { outlet, broker, path } = await openSpool(context);
  const arrived = broker.withhold();
  const publishing = publishOne(outlet, 'A');
  await arrived;
  const drained = outlet.drain();
  broker.release();
  assert.equal((await publishing).stored, true);
  await drained;
  const database = new DatabaseSync(path, { readOnly: true });
  assert.deepEqual(database.prepare('SELECT id FROM record').all().map(({ id }) => id), ['A']);
  database.close();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('B')])), ['unavailable']);
});

test('Two workers on one file keep the order, whoever drains', async (context) => {
  const broker = createSwitchedBroker();
  const one = await openSpool(context, { broker });
  const other = await openSpool(context, { broker, path: one.path });
  const expected: string[] = [];
  const publish = async (outlet: Outlet) => {
    const id = `A${expected.length}`;
    expected.push(id);
    assert.equal((await publishOne(outlet, id)).stored, true);
  };
  for (let round = 0; round < 30; round++) {
    // One worker has lost its connection while the other one still has its own: only the file can tell it.
    const failing = round % 3 === 0;
    if (failing) broker.result = () => ({ stored: false, fault: 'unavailable', detail: 'lost' });
    await publish(one.outlet);
    broker.result = () => ({ stored: true });
    await publish(other.outlet);
    await publish(one.outlet);
  }
  await until(() => spooledRecords(one.outlet) === 0, 'the spool is empty');
  assert.deepEqual(idsIn(broker), expected);
});

test('The spool runs empty under a load that never pauses', async (context) => {
  const broker = createSwitchedBroker();
  const { outlet, log } = await openSpool(context, { broker });
  broker.off();
  let isOver = false;
  const sent: string[][] = [];
  const sessions = Array.from({ length: 8 }, async (_, session) => {
    const ids: string[] = sent[session] = [];
    while (!isOver) {
      const id = `S${session}N${ids.length}`;
      assert.equal((await publishOne(outlet, id)).stored, true);
      ids.push(id);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
  await until(() => (spooledRecords(outlet) ?? 0) > 100, 'a hundred records are spooled');
  broker.on();
  await until(() => names(log).includes('spool.drained'), 'the spool ran empty once');
  isOver = true;
  await Promise.all(sessions);
  await until(() => spooledRecords(outlet) === 0, 'the spool is empty');
  for (const [session, ids] of sent.entries()) {
    assert.deepEqual(idsIn(broker).filter((id) => id.startsWith(`S${session}N`)), ids);
  }
});

test('With a broken file the broker goes on taking records, and without it they are deferred', async (context) => {
  const { outlet, broker, path, log } = await openSpool(context);
  rmSync(path);
  assert.equal((await publishOne(outlet, 'A')).stored, true);
  broker.off();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('B')])), ['unavailable']);
  const { ready, reasons } = outlet.health();
  assert.equal(ready, false);
  assert.match(reasons.join(), /removed or replaced while in use/);
  assert.ok(log.events.some(({ event, fields }) => event === 'outlet.unavailable' && fields['outlet'] === 'spool'));
});

test('A file that cannot be opened fails the start, and so does a broker that no retry heals', async (context) => {
  await assert.rejects(openSpool(context, { path: '/nowhere/queue.db' }), { name: 'QueueFileError' });
  await assert.rejects(
    openSpool(context, { connect: () => Promise.reject(new Error('the queue is not durable')) }),
    /not durable/,
  );
});
