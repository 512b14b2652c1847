import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { until } from '../support/amqp-outlet.ts';
import { fill, openReader, QUORUM, read } from '../support/amqp-queue.ts';
import { openRealBroker } from '../support/real-broker.ts';

const KINDS = [
  { kind: 'quorum', declare: QUORUM },
  { kind: 'classic', declare: {} },
];

for (const { kind, declare } of KINDS) {
  test(`AmqpReader shows the records of a ${kind} queue, oldest first, and leaves them there`, async (context) => {
    const broker = await openRealBroker(context);
    const queue = await broker.declare(declare);
    await fill(broker, queue, ['a', 'b', 'c']);
    const { reader } = await openReader(context, [queue]);
    assert.deepEqual(await read(reader, queue), ['a', 'b', 'c']);
    await until(async () => (await read(reader, queue)).join('') === 'abc', 'the records are back in their order');
    await until(async () => (await read(reader, queue, { count: 2 })).join('') === 'ab', 'two of them can be seen');
  });

  test(`AmqpReader takes acknowledged records out of a ${kind} queue`, async (context) => {
    const broker = await openRealBroker(context);
    const queue = await broker.declare(declare);
    await fill(broker, queue, ['a', 'b', 'c']);
    const { reader } = await openReader(context, [queue]);
    assert.deepEqual(await read(reader, queue, { count: 2, ack: true }), ['a', 'b']);
    assert.deepEqual(await read(reader, queue, { ack: true }), ['c']);
    assert.deepEqual(await read(reader, queue, { ack: true }), []);
  });
}

test('AmqpReader keeps a record, and all after it, whose hand-out failed', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare(QUORUM);
  await fill(broker, queue, ['a', 'b', 'c']);
  const { reader } = await openReader(context, [queue]);
  const failing = reader.get(queue, { count: undefined, ack: true }, async (body) => {
    if (Buffer.from(body).toString() === 'b') throw new Error('EPIPE');
  });
  await assert.rejects(failing, /^Error: EPIPE$/);
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 2, 'b and c are back');
  assert.deepEqual(await read(reader, queue, { ack: true }), ['b', 'c']);
});

test('AmqpReader acknowledges a record only after it was handed out', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare(QUORUM);
  await fill(broker, queue, ['a']);
  const { reader } = await openReader(context, [queue]);
  const { promise: flushed, resolve: flush } = Promise.withResolvers<void>();
  const { promise: handed, resolve: hand } = Promise.withResolvers<void>();
  const reading = reader.get(queue, { count: 1, ack: true }, () => (hand(), flushed));
  await handed;
  // Not ready and not gone: the broker waits for our answer.
  const { reader: other } = await openReader(context, [queue]);
  assert.deepEqual(await read(other, queue), []);
  await broker.channel.checkQueue(queue);
  flush();
  assert.equal(await reading, 1);
  assert.equal((await broker.channel.checkQueue(queue)).messageCount, 0);
});

test('AmqpReader decodes gzip by the content-encoding, record by record', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare(QUORUM);
  await fill(broker, queue, ['plain']);
  broker.channel.sendToQueue(queue, gzipSync('compressed'), { contentEncoding: 'gzip' });
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 2, 'both are there');
  const { reader } = await openReader(context, [queue]);
  assert.deepEqual(await read(reader, queue), ['plain', 'compressed']);
});

test('AmqpReader names a record that it cannot decode, and keeps it', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({});
  broker.channel.sendToQueue(queue, Buffer.from('no gzip'), { contentEncoding: 'gzip', messageId: 'BROKEN1' });
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 1, 'it is there');
  const { reader } = await openReader(context, [queue]);
  await assert.rejects(read(reader, queue, { ack: true }), /Cannot decompress record BROKEN1/);
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 1, 'it is back');
});

for (const deliveryLimit of [1, 3, 5]) {
  test(`AmqpReader loses nothing by looking past a delivery limit of ${deliveryLimit}`, async (context) => {
    const broker = await openRealBroker(context);
    const queue = await broker.declare({ arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': deliveryLimit } });
    await fill(broker, queue, ['a', 'b']);
    const { reader, warnings } = await openReader(context, [queue]);
    for (let look = 0; look < 3 * deliveryLimit + 6; look++) {
      await read(reader, queue);
      await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 2, `look ${look} lost nothing`);
    }
    assert.match(warnings[0] ?? '', new RegExp(`stopped at record a .*comes back more than ${deliveryLimit} times`));
    assert.ok(warnings.some((warning) => /stored anew/.test(warning)));
    assert.deepEqual((await read(reader, queue, { ack: true })).sort(), ['a', 'b']);
  });
}

test('AmqpReader keeps a record whose hand-out fails once too often for its queue', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({ arguments: { 'x-queue-type': 'quorum', 'x-delivery-limit': 2 } });
  await fill(broker, queue, ['a']);
  const { reader } = await openReader(context, [queue]);
  for (let attempt = 0; attempt < 6; attempt++) {
    const failing = reader.get(queue, { count: 1, ack: true }, () => Promise.reject(new Error('EPIPE')));
    await assert.rejects(failing, /EPIPE/);
    await until(
      async () => (await broker.channel.checkQueue(queue)).messageCount === 1,
      `attempt ${attempt} lost nothing`,
    );
  }
});
