// What a spool asks of the RabbitMQ outlet: records in order on one channel, and the judgement of a size without a broker.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { listenFake, openOutlet, SILENT, toFaults, until } from '../support/amqp-outlet.ts';
import { makeRecord } from '../support/records.ts';

const body = (bytes: number) => ({ body: [Buffer.alloc(bytes, 'x')] });

test('publishInOrder() keeps the order over several connections, with small and large records and compression', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url], {
    publishers: 3,
    throttle: 2,
    encoding: 'gzip',
    tuning: { largeBytes: 1000, backoffMs: [1, 20] },
  });
  const incompressible = { body: [randomBytes(400_000)] };
  const ids = Array.from({ length: 20 }, (_, index) => `A${index}`);
  const records = ids.map((id, index) => makeRecord(id, index % 7 === 0 ? incompressible : {}));
  assert.deepEqual(new Set(toFaults(await outlet.publishInOrder(records))), new Set(['stored']));
  assert.deepEqual(broker.publishes.map(({ messageId }) => messageId), ids);
  assert.equal(new Set(broker.publishes.map(({ session, channel }) => [session, channel].join())).size, 1);
  assert.deepEqual(gunzipSync(broker.publishes[1]?.body ?? ''), records[1]?.body[0]);
});

test('publishInOrder() answers for each record, and leaves out what is too large', async (context) => {
  const broker = await listenFake(context, {
    onPublish: (publish) => publish.session[publish.messageId === 'B' ? 'nack' : 'ack'](publish),
  });
  const { outlet } = await openOutlet(context, [broker.url], { maxMessageBytes: 1000 });
  const records = [makeRecord('A'), makeRecord('B'), makeRecord('C', body(1001)), makeRecord('D')];
  assert.deepEqual(toFaults(await outlet.publishInOrder(records)), ['stored', 'nacked', 'too-large', 'stored']);
  assert.deepEqual(broker.publishes.map(({ messageId }) => messageId), ['A', 'B', 'D']);
});

test('publishInOrder() fails together with its connection, and at once without one', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publishInOrder([makeRecord('A'), makeRecord('B')]);
  const { session } = await broker.publish(2);
  await broker.close();
  session.cut();
  assert.deepEqual(toFaults(await publishing), ['unavailable', 'unavailable']);
  await until(() => outlet.fault !== undefined, 'the outlet knows that its broker is gone');
  assert.deepEqual(toFaults(await outlet.publishInOrder([makeRecord('C')])), ['unavailable']);
});

test('drain() waits for what publishInOrder() has in flight', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publishInOrder([makeRecord('A')]);
  const publish = await broker.publish(1);
  const drained = outlet.drain();
  publish.session.ack(publish);
  assert.deepEqual(toFaults(await publishing), ['stored']);
  await drained;
});

for (
  const { encoding, bytes, random, refused } of [
    { encoding: undefined, bytes: 10_000, random: false, refused: false },
    { encoding: undefined, bytes: 10_001, random: false, refused: true },
    { encoding: 'gzip', bytes: 1_000_000, random: false, refused: false },
    { encoding: 'gzip', bytes: 9_995, random: true, refused: true },
    { encoding: 'gzip', bytes: 9_900, random: true, refused: false },
  ] as const
) {
  const kind = `${bytes} ${random ? 'random' : 'equal'} bytes, encoding ${encoding ?? 'none'}`;
  test(`refuseSize() judges ${kind} without a broker`, async (context) => {
    const { outlet } = await openOutlet(context, ['amqp://127.0.0.1:1'], { encoding, maxMessageBytes: 10_000 });
    const record = makeRecord('A', random ? { body: [randomBytes(bytes)] } : body(bytes));
    assert.equal((await outlet.refuseSize(record))?.fault, refused ? 'too-large' : undefined);
  });
}
