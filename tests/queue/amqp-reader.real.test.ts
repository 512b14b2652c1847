import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectAmqpReader } from '../../src/queue/amqp-reader.ts';
import { until } from '../support/amqp-outlet.ts';
import { fill, openReader, QUORUM, read } from '../support/amqp-queue.ts';
import { openRealBroker, realBrokerUrl } from '../support/real-broker.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

test('AmqpReader counts the records of the queues it knows, each queue once, and warns of missing ones', async (context) => {
  const broker = await openRealBroker(context);
  const [full, empty] = [await broker.declare(QUORUM), await broker.declare({})];
  await fill(broker, full, ['a', 'b']);
  const { reader, warnings } = await openReader(context, [full, 'test-nowhere', empty, full]);
  assert.deepEqual(await reader.list(), [{ queue: full, messages: 2 }, { queue: empty, messages: 0 }]);
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /queue 'test-nowhere' does not exist/);
});

test('AmqpReader refuses a missing queue with a sentence, and does not create it', async (context) => {
  const broker = await openRealBroker(context);
  const { reader } = await openReader(context, []);
  for (let i = 0; i < 2; i++) {
    await assert.rejects(read(reader, 'test-nowhere'), /Queue 'test-nowhere' does not exist in 127\.0\.0\.1:\d+\//);
  }
  await assert.rejects(broker.channel.checkQueue('test-nowhere'), /NOT_FOUND/);
});

test('AmqpReader says so when the connection breaks in the middle', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare(QUORUM);
  await fill(broker, queue, ['a', 'b']);
  const proxy = await startTcpProxy({ port: Number(new URL(broker.url).port) });
  context.after(() => proxy.close());
  const { reader } = await openReader(context, [queue], `amqp://127.0.0.1:${proxy.port}`);
  const reading = reader.get(queue, { count: undefined, ack: true }, async () => proxy.cut());
  await assert.rejects(reading, /connection|channel/i);
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 2, 'both records are back');
});

test('connectAmqpReader() rejects with the reason and an advice', async () => {
  const url = new URL(realBrokerUrl());
  url.password = 'wrong';
  const options = { addresses: [url.href], verify: true, ca: undefined, queues: [], onWarning: () => {} };
  await assert.rejects(connectAmqpReader(options), /Cannot connect to RabbitMQ: .*password of 'guest' \(check .*\)/);
});
