// The spool in front of a real RabbitMQ that cannot be reached for a while.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { connectAmqpOutlet } from '../../src/queue/amqp.ts';
import { drainQueue } from '../support/amqp-drain.ts';
import { makeOutletOptions, toFaults, until } from '../support/amqp-outlet.ts';
import { makeQueuePath, openSpool } from '../support/open-spool.ts';
import { openRealBroker } from '../support/real-broker.ts';
import { makeRecord } from '../support/records.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

test('Thousands of records of several queues reach RabbitMQ in order once it can be reached', async (context) => {
  const { url, declare } = await openRealBroker(context);
  const { hostname, port } = new URL(url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  context.after(() => proxy.close());
  const queues = [
    await declare({ durable: true, arguments: { 'x-queue-type': 'quorum' } }),
    await declare({ durable: true, arguments: { 'x-queue-type': 'classic', 'x-max-priority': 9 } }),
  ];
  const address = url.replace(`:${port}`, `:${proxy.port}`);
  const options = makeOutletOptions({ addresses: [address], queues, publishers: 2, encoding: 'gzip', throttle: 50 });
  const { outlet } = await openSpool(context, {
    path: makeQueuePath(context),
    connect: () => connectAmqpOutlet(options),
  });
  const records = Array.from({ length: 3000 }, (_, index) => {
    const body = [Buffer.from(JSON.stringify({ index, text: 'x'.repeat(index % 5000) }))];
    return makeRecord(`A${index}`, { queue: queues[index % 2] ?? '', body, priority: 5 });
  });
  proxy.cut();
  await until(() => outlet.health().reasons.length > 0, 'the loss is noticed');
  for (let start = 0; start < records.length; start += 300) {
    const results = await outlet.publish(records.slice(start, start + 300));
    assert.deepEqual(new Set(toFaults(results)), new Set(['stored']));
  }
  proxy.resume();
  await until(() => outlet.spooled?.()?.queues.length === 0, 'the spool is empty');
  for (const [index, queue] of queues.entries()) {
    const expected = records.filter((_, place) => place % 2 === index);
    const stored = await drainQueue(url, queue);
    assert.deepEqual(stored.map(({ id }) => id), expected.map(({ id }) => id));
    assert.deepEqual(stored.map(({ body }) => gunzipSync(body)), expected.map(({ body }) => body[0]));
    assert.deepEqual(new Set(stored.map(({ properties }) => properties['priority'])), new Set([5]));
  }
});
