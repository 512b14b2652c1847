import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { GetMessage } from 'amqplib';
import { connectAmqpOutlet } from '../../src/queue/amqp.ts';
import { STORED } from '../../src/queue/outlet.ts';
import { drainQueue } from '../support/amqp-drain.ts';
import { makeOutletOptions, openOutlet, toFaults, until } from '../support/amqp-outlet.ts';
import { openRealBroker, type RealBroker, realBrokerUrl } from '../support/real-broker.ts';
import { makeRecord } from '../support/records.ts';

async function take({ channel }: RealBroker, queue: string): Promise<GetMessage> {
  const message = await channel.get(queue, { noAck: true });
  assert.ok(message, `queue ${queue} is empty`);
  return message;
}

const BODIES = [
  { name: 'a small body', body: [Buffer.from('{"a":1}')] },
  { name: 'an empty body', body: [] },
  { name: 'bytes that are not UTF-8', body: [Buffer.from([0, 0xff, 0xfe, 0x0d, 0x0a, 0x80])] },
  { name: 'a body in pieces', body: [Buffer.from('{"a":'), Buffer.from('"b'), Buffer.from('"}')] },
  { name: 'a body of several frames', body: [randomBytes(300_000), randomBytes(131_072)] },
  { name: 'a body of 8 MB', body: [randomBytes(8 * 1024 * 1024 - 3), Buffer.from('end')] },
];

for (const { name, body } of BODIES) {
  test(`AmqpOutlet brings ${name} into the queue unchanged`, async (context) => {
    const broker = await openRealBroker(context);
    const queue = broker.makeName();
    const { outlet } = await openOutlet(context, [broker.url], { queues: [queue] });
    assert.deepEqual(await outlet.publish([makeRecord('A1', { queue, body })]), [STORED]);
    const { content } = await take(broker, queue);
    assert.ok(content.equals(Buffer.concat(body)));
  });
}

test('AmqpOutlet sets the AMQP properties of the record', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue] });
  await outlet.publish([makeRecord('A1', { queue, priority: 3 }), makeRecord('A2', { queue })]);
  const { properties, fields } = await take(broker, queue);
  assert.equal(properties.contentType, 'application/json');
  assert.equal(properties.contentEncoding, undefined);
  assert.equal(properties.deliveryMode, 2);
  assert.equal(properties.messageId, 'A1');
  assert.equal(properties.timestamp, 1_700_000_000);
  assert.equal(properties.appId, 'mailchute');
  assert.equal(properties.priority, 3);
  assert.equal(fields.routingKey, queue);
  assert.equal((await take(broker, queue)).properties.priority, undefined);
});

test('AmqpOutlet compresses and says so in the content-encoding', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], encoding: 'gzip' });
  const record = makeRecord('A1', {
    queue,
    body: [Buffer.from('{"mime":"'), Buffer.alloc(5000, 'x'), Buffer.from('"}')],
  });
  assert.deepEqual(await outlet.publish([record]), [STORED]);
  const { properties, content } = await take(broker, queue);
  assert.equal(properties.contentEncoding, 'gzip');
  assert.deepEqual(gunzipSync(content), Buffer.concat(record.body));
});

test('AmqpOutlet publishes transient messages when told to', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], {
    queues: [queue],
    persistent: false,
    queueType: 'classic',
  });
  await outlet.publish([makeRecord('A1', { queue })]);
  assert.equal((await take(broker, queue)).properties.deliveryMode, 1);
});

/** What a queue is declared with in `declare` only fits a queue that is like it. */
const NEW_QUEUES = [
  { name: 'quorum by default', options: {}, declare: { arguments: { 'x-queue-type': 'quorum' } } },
  { name: 'classic', options: { queueType: 'classic' }, declare: { arguments: { 'x-queue-type': 'classic' } } },
  { name: 'lazy', options: { queueType: 'lazy' }, declare: { queueMode: 'lazy' } },
  { name: 'with priorities', options: { queueType: 'classic', maxPriority: 7 }, declare: { maxPriority: 7 } },
  { name: 'not durable', options: { queueType: 'classic', durable: false }, declare: { durable: false } },
] as const;

for (const { name, options, declare } of NEW_QUEUES) {
  test(`AmqpOutlet declares a missing queue: ${name}`, async (context) => {
    const broker = await openRealBroker(context);
    const queue = broker.makeName();
    const { log } = await openOutlet(context, [broker.url], { queues: [queue], ...options });
    assert.deepEqual(log.events.map(({ event }) => event), ['outlet.queue-declared', 'outlet.ready']);
    await broker.channel.assertQueue(queue, declare);
  });
}

for (const queueType of ['quorum', 'classic', 'lazy'] as const) {
  test(`AmqpOutlet declares a bounded ${queueType} queue, whose oldest records make room for new ones`, async (context) => {
    const broker = await openRealBroker(context);
    const [queue, inbox] = [broker.makeName(), broker.makeName()];
    const bounds = new Map([[queue, { records: 3, bytes: 1000 }]]);
    const { outlet, log } = await openOutlet(context, [broker.url], { queues: [inbox, queue], bounds, queueType });
    const publish = async (id: string, bytes: number) => {
      const body = [Buffer.alloc(bytes, 'x')];
      const records = [makeRecord(id, { queue, body }), makeRecord(`${id}I`, { queue: inbox, body })];
      assert.deepEqual(await outlet.publish(records), [STORED, STORED]);
    };
    for (const id of ['A', 'B', 'C', 'D', 'E']) await publish(id, 10);
    await publish('F', 995);
    const ids = async (name: string) => (await drainQueue(broker.url, name)).map((message) => message.id);
    assert.deepEqual(await ids(queue), ['F']);
    assert.deepEqual(await ids(inbox), ['AI', 'BI', 'CI', 'DI', 'EI', 'FI']);
    await openOutlet(context, [broker.url], { queues: [inbox, queue], bounds, queueType, log });
    assert.deepEqual(log.events.filter(({ event }) => event === 'outlet.queue-differs'), []);
  });
}

test('AmqpOutlet orders by priority in a queue with priorities', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], queueType: 'classic', maxPriority: 5 });
  const records = [makeRecord('NONE', { queue }), makeRecord('LOW', { queue, priority: 1 })];
  await outlet.publish([...records, makeRecord('HIGH', { queue, priority: 5 })]);
  const ids: string[] = [];
  for (let i = 0; i < 3; i++) ids.push((await take(broker, queue)).properties.messageId);
  assert.deepEqual(ids, ['HIGH', 'LOW', 'NONE']);
});

test('AmqpOutlet uses a queue that is as wanted without a word', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({ arguments: { 'x-queue-type': 'quorum' } });
  const { outlet, log } = await openOutlet(context, [broker.url], { queues: [queue] });
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
  assert.deepEqual(log.events.map(({ event }) => event), ['outlet.ready']);
});

test('AmqpOutlet uses a queue that differs and names every difference with both values', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({ maxPriority: 10, maxLength: 5, queueMode: 'lazy', overflow: 'reject-publish' });
  const { outlet, log } = await openOutlet(context, [broker.url], { queues: [queue] });
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
  const differences = log.events.filter(({ event }) => event === 'outlet.queue-differs').map(({ fields }) => fields);
  assert.deepEqual(
    new Set(differences.map((fields) => JSON.stringify(fields))),
    new Set([
      JSON.stringify({ queue, property: 'x-queue-type', found: 'classic', wanted: 'quorum' }),
      JSON.stringify({ queue, property: 'x-max-priority', found: '10', wanted: 'none' }),
      JSON.stringify({ queue, property: 'x-max-length', found: '5', wanted: 'none' }),
      JSON.stringify({ queue, property: 'x-queue-mode', found: 'lazy', wanted: 'none' }),
      JSON.stringify({ queue, property: 'x-overflow', found: 'reject-publish', wanted: 'none' }),
    ]),
  );
});

test('connectAmqpOutlet() rejects a queue that is not durable, whatever else differs', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({ durable: false, maxPriority: 3 });
  const connecting = connectAmqpOutlet(makeOutletOptions({ addresses: [broker.url], queues: [queue] }));
  await assert.rejects(
    connecting,
    new RegExp(`queue '${queue}' is not durable .*found false, wanted true.*delete the queue`),
  );
});

test('AmqpOutlet reports a nack of a queue that is full', async (context) => {
  const broker = await openRealBroker(context);
  const queue = await broker.declare({ maxLength: 1, overflow: 'reject-publish' });
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], queueType: 'classic' });
  const records = ['A1', 'A2'].map((id) => makeRecord(id, { queue }));
  const results = toFaults(await outlet.publish(records));
  assert.deepEqual(results.concat(toFaults(await outlet.publish(records))).slice(2), ['nacked', 'nacked']);
});

test('AmqpOutlet notices that a queue was deleted, and declares it for the retry', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet, log } = await openOutlet(context, [broker.url], { queues: [queue] });
  await broker.channel.deleteQueue(queue);
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('A1', { queue })])), ['returned']);
  const declared = () => log.events.filter(({ event }) => event === 'outlet.queue-declared').length;
  await until(() => declared() === 2, 'the queue is declared again');
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
  assert.equal((await take(broker, queue)).properties.messageId, 'A1');
});

test('AmqpOutlet refuses an oversize message while the others are stored', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], maxMessageBytes: 100_000 });
  const large = makeRecord('LARGE', { queue, body: [Buffer.alloc(100_001)] });
  const refused = outlet.publish([makeRecord('A0', { queue }), large]);
  const results = await outlet.publish(['A1', 'A2'].map((id) => makeRecord(id, { queue })));
  assert.deepEqual(toFaults(await refused), ['too-large', 'too-large']);
  assert.deepEqual(toFaults(results), ['stored', 'stored']);
  assert.equal((await broker.channel.checkQueue(queue)).messageCount, 2);
});

test('AmqpOutlet publishes through a named exchange, which it declares and binds', async (context) => {
  const broker = await openRealBroker(context);
  const [queue, exchange] = [broker.makeName(), broker.makeName()];
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], exchange });
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
  const { fields } = await take(broker, queue);
  assert.deepEqual([fields.exchange, fields.routingKey], [exchange, queue]);
});

test('AmqpOutlet makes a deleted exchange again', async (context) => {
  const broker = await openRealBroker(context);
  const [queue, exchange] = [broker.makeName(), broker.makeName()];
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], exchange });
  await broker.channel.deleteExchange(exchange);
  const record = makeRecord('A1', { queue });
  assert.deepEqual(toFaults(await outlet.publish([record])), ['unavailable']);
  await until(async () => toFaults(await outlet.publish([record]))[0] === 'stored', 'the record is stored');
});

test('AmqpOutlet skips addresses that do not answer', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const dead = createServer().listen(0, '127.0.0.1');
  await once(dead, 'listening');
  const address = dead.address();
  assert.ok(typeof address === 'object' && address !== null);
  await new Promise((resolve) => dead.close(resolve));
  const { outlet } = await openOutlet(context, [`amqp://127.0.0.1:${address.port}`, broker.url], { queues: [queue] });
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
});

const REFUSALS = [
  { name: 'a wrong password', change: (url: URL) => url.password = 'wrong', reason: /password of 'guest'/ },
  { name: 'a user that does not exist', change: (url: URL) => url.username = 'nobody', reason: /password of 'nobody'/ },
  {
    name: 'a virtual host that does not exist',
    change: (url: URL) => url.pathname = '/nowhere',
    reason: /host 'nowhere'/,
  },
];

for (const { name, change, reason } of REFUSALS) {
  test(`AmqpOutlet starts with ${name}, takes nothing and says why`, async (context) => {
    const url = new URL(realBrokerUrl());
    change(url);
    const { outlet, log } = await openOutlet(context, [url.href], { queues: ['unused'] });
    const { ready, reasons } = outlet.health();
    assert.equal(ready, false);
    assert.match(reasons.join(), reason);
    assert.deepEqual(toFaults(await outlet.publish([makeRecord('A1')])), ['unavailable']);
    assert.equal(log.events[0]?.event, 'outlet.unavailable');
    assert.doesNotMatch(JSON.stringify(log.events), /wrong/);
  });
}

test('AmqpOutlet stores thousands of records, each once', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { outlet } = await openOutlet(context, [broker.url], { queues: [queue], publishers: 2 });
  const ids = Array.from({ length: 3000 }, (_, i) => `ID${i}`);
  const results = await Promise.all(ids.map((id) => outlet.publish([makeRecord(id, { queue })])));
  assert.ok(results.every(([result]) => result?.stored));
  const stored = await drainQueue(broker.url, queue);
  assert.deepEqual(stored.map(({ id }) => id).sort(), ids.sort());
  await outlet.drain();
});
