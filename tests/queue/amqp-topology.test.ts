import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parseAmqpAddresses } from '../../src/queue/amqp-address.ts';
import { connectAmqp } from '../../src/queue/amqp-connection.ts';
import { AmqpTopology, toQueueShape } from '../../src/queue/amqp-topology.ts';
import { listenFake, makeOutletOptions } from '../support/amqp-outlet.ts';
import type { FakeBroker } from '../support/fake-broker.ts';
import { createRecordingLog } from '../support/recording-log.ts';

const SHAPES = [
  { wanted: { queueType: 'quorum' }, arguments: { 'x-queue-type': 'quorum' } },
  { wanted: { queueType: 'classic' }, arguments: { 'x-queue-type': 'classic' } },
  { wanted: { queueType: 'lazy' }, arguments: { 'x-queue-type': 'classic', 'x-queue-mode': 'lazy' } },
  { wanted: { queueType: 'classic', maxPriority: 9 }, arguments: { 'x-queue-type': 'classic', 'x-max-priority': 9 } },
] as const;

for (const { wanted, arguments: expected } of SHAPES) {
  test(`toQueueShape() of ${JSON.stringify(wanted)}`, () => {
    const shape = toQueueShape({ durable: true, maxPriority: undefined, ...wanted });
    assert.deepEqual(shape, { durable: true, autoDelete: false, arguments: expected });
  });
}

test('toQueueShape() gives a bounded queue both limits, and leaves it to drop from its head', () => {
  const bound = { records: 5, bytes: 1000 };
  const shape = toQueueShape({ durable: true, queueType: 'quorum', maxPriority: undefined, bound });
  const limits = { 'x-max-length': 5, 'x-max-length-bytes': 1000 };
  assert.deepEqual(shape.arguments, { 'x-queue-type': 'quorum', ...limits });
});

async function connect(context: TestContext, broker: FakeBroker) {
  const addresses = parseAmqpAddresses([broker.url]);
  const options = { addresses, verify: true, ca: undefined, heartbeatSeconds: 10, connectTimeoutMs: 5000 };
  const connection = await connectAmqp(options, new AbortController());
  context.after(() => connection.destroy('the test is over'));
  return connection;
}

test('AmqpTopology declares what is missing once, also when two connections ask at the same time', async (context) => {
  const broker = await listenFake(context, { queues: [] });
  const { model } = await connect(context, broker);
  const log = createRecordingLog();
  const topology = new AmqpTopology(makeOutletOptions({ queues: ['inbox', 'inbox', 'local'], log }));
  await Promise.all([topology.ensure(model), topology.ensure(model)]);
  assert.deepEqual(log.events.map(({ fields }) => fields['queue']), ['inbox', 'local']);
  assert.deepEqual([...broker.queues], ['inbox', 'local']);
});

test('AmqpTopology tells once that a queue is missing, and forgets it when it is there', async (context) => {
  const broker = await listenFake(context, { queues: [] });
  const { model } = await connect(context, broker);
  const log = createRecordingLog();
  const topology = new AmqpTopology(makeOutletOptions({ declare: false, log }));
  await topology.ensure(model);
  await topology.ensure(model);
  assert.deepEqual(topology.missing, ["queue 'inbox' cannot be used: NOT_FOUND - no queue 'inbox' in vhost '/'"]);
  assert.deepEqual(log.events.map(({ event }) => event), ['outlet.queue-missing']);
  broker.queues.add('inbox');
  await topology.ensure(model);
  assert.deepEqual(topology.missing, []);
});

test('AmqpTopology rejects when the connection goes, and works with the next one', async (context) => {
  const broker = await listenFake(context, { queues: [] });
  const first = await connect(context, broker);
  first.destroy('gone');
  await first.closed;
  const topology = new AmqpTopology(makeOutletOptions());
  await assert.rejects(topology.ensure(first.model));
  await topology.ensure((await connect(context, broker)).model);
  assert.deepEqual(topology.missing, []);
});
