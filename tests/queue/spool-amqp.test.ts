// The spool on the RabbitMQ outlet itself, with a broker that does what a real one will not do on demand.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test, type TestContext } from 'node:test';
import { connectAmqpOutlet } from '../../src/queue/amqp.ts';
import { makeOutletOptions, publishOne, toFaults, until } from '../support/amqp-outlet.ts';
import { FakeBroker, type FakePublish } from '../support/fake-broker.ts';
import { makeQueuePath, openSpool } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';

/** A spool in front of a fake broker, which is closed at the end. */
async function openBoth(
  context: TestContext,
  { broker, ...overrides }: Parameters<typeof makeOutletOptions>[0] & { readonly broker: FakeBroker },
) {
  context.after(() => broker.close());
  const path = makeQueuePath(context);
  const connect = () => connectAmqpOutlet(makeOutletOptions({ addresses: [broker.url], ...overrides }));
  return await openSpool(context, { path, connect });
}

const idsOf = (publishes: readonly FakePublish[]) => publishes.map(({ messageId }) => messageId);
const isEmpty = (outlet: Awaited<ReturnType<typeof openBoth>>['outlet']) => outlet.spooled?.()?.queues.length === 0;

test('While the broker blocks, records are spooled at once, and drained when it no longer does', async (context) => {
  const broker = await FakeBroker.listen();
  const { outlet } = await openBoth(context, { broker });
  const session = await broker.session(1);
  session.block('low on memory');
  await until(() => outlet.health().reasons.length > 0, 'the block is noticed');
  for (const id of ['A', 'B']) assert.equal((await publishOne(outlet, id)).stored, true);
  assert.deepEqual([broker.publishes.length, outlet.health().ready], [0, true]);
  session.unblock();
  await until(() => isEmpty(outlet), 'the spool is empty');
  assert.deepEqual(idsOf(broker.publishes), ['A', 'B']);
});

test('What was in flight when the connection went is stored, and published again under the same id', async (context) => {
  let isSilent = true;
  const broker = await FakeBroker.listen({
    onPublish: (publish) => isSilent ? undefined : publish.session.ack(publish),
  });
  const { outlet } = await openBoth(context, { broker });
  const publishing = outlet.publish([makeRecord('A'), makeRecord('B')]);
  const { session } = await broker.publish(2);
  isSilent = false;
  session.cut();
  assert.deepEqual(toFaults(await publishing), ['stored', 'stored']);
  await until(() => isEmpty(outlet), 'the spool is empty');
  assert.deepEqual(idsOf(broker.publishes), ['A', 'B', 'A', 'B']);
});

for (const encoding of [undefined, 'gzip'] as const) {
  test(`A spooled record is published byte for byte as it would have been (encoding ${encoding ?? 'none'})`, async (context) => {
    const broker = await FakeBroker.listen();
    const { outlet } = await openBoth(context, { broker, encoding });
    const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, index) => index % 251));
    const records = [
      makeRecord('A', { priority: 3, body: [bytes.subarray(0, 7), bytes.subarray(7)] }),
      makeRecord('B'),
    ];
    await outlet.publish(records);
    const session = await broker.session(1);
    session.block('');
    await until(() => outlet.health().reasons.length > 0, 'the block is noticed');
    await outlet.publish(records);
    session.unblock();
    await until(() => isEmpty(outlet), 'the spool is empty');
    const [direct, spooled] = [broker.publishes.slice(0, 2), broker.publishes.slice(2)].map((publishes) =>
      publishes
        .map(({ exchange, routingKey, mandatory, messageId, header, body }) => ({
          exchange,
          routingKey,
          mandatory,
          messageId,
          header: header.toString('hex'),
          body: body.toString('base64'),
        }))
        .sort((one, other) => one.messageId < other.messageId ? -1 : 1)
    );
    assert.equal(spooled?.length, 2);
    assert.deepEqual(spooled, direct);
  });
}

test('A record that closes the channel for its size is found out and set aside, and the others go on', async (context) => {
  const broker = await FakeBroker.listen({
    onPublish: (publish) => {
      const { session, channel, messageId, body } = publish;
      if (messageId !== 'poison') return session.ack(publish);
      session.closeChannel(
        channel,
        406,
        `PRECONDITION_FAILED - message size ${body.length} is larger than configured max size 1000`,
      );
    },
  });
  const { outlet } = await openBoth(context, { broker });
  const session = await broker.session(1);
  session.block('');
  await until(() => outlet.health().reasons.length > 0, 'the block is noticed');
  const poison = makeRecord('poison', { body: [Buffer.alloc(1001)] });
  for (const record of [poison, makeRecord('A'), makeRecord('B')]) await outlet.publish([record]);
  session.unblock();
  await until(() => outlet.spooled?.()?.queues[0]?.records === 1, 'only the poison is left');
  const [inbox] = outlet.spooled?.()?.queues ?? [];
  assert.deepEqual([inbox?.setAside, inbox?.reason?.slice(0, 9)], [1, 'too-large']);
  const others = idsOf(broker.publishes).filter((id) => id !== 'poison');
  assert.deepEqual([...new Set(others)], ['A', 'B']);
});

test('A message too large for the broker is refused while the broker is away', async (context) => {
  const broker = await FakeBroker.listen();
  for (const encoding of [undefined, 'gzip'] as const) {
    const { outlet } = await openBoth(context, { broker, encoding, maxMessageBytes: 1000 });
    await broker.close().catch(() => {});
    await until(() => outlet.health().reasons.length > 0, 'the loss is noticed');
    const random = Buffer.from(Array.from({ length: 4000 }, (_, index) => (index * 7919 * (index % 83)) % 256));
    assert.deepEqual(toFaults(await outlet.publish([makeRecord('A', { body: [random] })])), ['too-large']);
    const expected = encoding === undefined ? 'too-large' : 'stored';
    assert.deepEqual(toFaults(await outlet.publish([makeRecord('B', { body: [Buffer.alloc(2000)] })])), [expected]);
  }
});
