import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectAmqpOutlet } from '../../src/queue/amqp.ts';
import { STORED } from '../../src/queue/outlet.ts';
import {
  listenFake,
  makeOutletOptions,
  openOutlet,
  publishOne,
  routing,
  SILENT,
  toFaults,
  until,
} from '../support/amqp-outlet.ts';
import { FakeBroker, type FakePublish } from '../support/fake-broker.ts';
import { makeRecord } from '../support/records.ts';

test('AmqpOutlet fails everything outstanding when the connection breaks, and comes back by itself', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet, log } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publish(['A1', 'A2', 'A3'].map((id) => makeRecord(id)));
  const second = await broker.publish(2);
  const [first] = broker.publishes;
  assert.ok(first);
  first.session.ack(first);
  await until(() => log.events.length > 0, 'ready');
  second.session.cut();
  const faults = toFaults(await publishing);
  assert.deepEqual(faults.slice(1), ['unavailable', 'unavailable']);
  await broker.session(2);
  await until(() => outlet.health().ready, 'the outlet is ready again');
  const events = log.events.map(({ event }) => event).filter((event) => event !== 'outlet.publish-failed');
  assert.deepEqual(events, ['outlet.ready', 'outlet.unavailable', 'outlet.ready']);
});

test('AmqpOutlet is unavailable at once while there is no connection', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url], { tuning: { backoffMs: [60_000, 60_000] } });
  await broker.close();
  await until(() => !outlet.health().ready, 'the outlet notices');
  const result = await publishOne(outlet);
  assert.deepEqual(toFaults([result]), ['unavailable']);
  assert.match(outlet.health().reasons.join(), /no connection to RabbitMQ/);
});

const ENDINGS: { readonly name: string; readonly end: (publish: FakePublish) => void }[] = [
  {
    name: 'a forced connection close',
    end: ({ session }) => session.closeConnection(320, 'CONNECTION_FORCED - broker shutting down'),
  },
  { name: 'a faulty connection close', end: ({ session }) => session.closeConnection(541, 'INTERNAL_ERROR') },
  {
    name: 'half a frame and then nothing',
    end: ({ session }) => {
      session.write(new Uint8Array([1, 0, 1, 0, 0]));
      session.cut();
    },
  },
  { name: 'bytes that are no frames', end: ({ session }) => session.write(new Uint8Array(64).fill(0xff)) },
  {
    name: 'a frame for a channel that is not open',
    end: (publish) => publish.session.ack({ ...publish, channel: 77 }),
  },
];

for (const { name, end } of ENDINGS) {
  test(`AmqpOutlet survives ${name} and connects again`, async (context) => {
    const broker = await listenFake(context, SILENT);
    const { outlet } = await openOutlet(context, [broker.url]);
    const publishing = publishOne(outlet);
    end(await broker.publish(1));
    assert.deepEqual(toFaults([await publishing]), ['unavailable']);
    await broker.session(2);
    await until(() => outlet.health().ready, 'the outlet is ready again');
  });
}

test('AmqpOutlet fails new and waiting records at once while the broker blocks', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet, log } = await openOutlet(context, [broker.url], { throttle: 1 });
  const written = publishOne(outlet, 'WRITTEN');
  const waiting = publishOne(outlet, 'WAITING');
  const publish = await broker.publish(1);
  publish.session.block('low on memory');
  assert.deepEqual(toFaults([await waiting]), ['blocked']);
  assert.deepEqual(toFaults([await publishOne(outlet, 'NEW')]), ['blocked']);
  assert.match(outlet.health().reasons.join(), /low on memory/);
  publish.session.ack(publish);
  assert.deepEqual(await written, STORED);
  publish.session.unblock();
  await until(() => outlet.health().ready, 'the broker takes messages again');
  const after = publishOne(outlet, 'AFTER');
  const second = await broker.publish(2);
  second.session.ack(second);
  assert.deepEqual(await after, STORED);
  const events = log.events.map(({ event }) => event);
  assert.deepEqual(events, ['outlet.ready', 'outlet.blocked', 'outlet.unblocked']);
});

test('AmqpOutlet notices a broker that falls silent by its heartbeats', async (context) => {
  const broker = await listenFake(context, { ...SILENT, heartbeat: 1 });
  const { outlet } = await openOutlet(context, [broker.url]);
  const result = await publishOne(outlet);
  assert.deepEqual(toFaults([result]), ['unavailable']);
  assert.match(result.stored ? '' : result.detail, /connection/);
  await broker.session(2);
});

test('AmqpOutlet tries the addresses in order and takes the first that answers', async (context) => {
  const broker = await listenFake(context);
  const dead = await FakeBroker.listen();
  await dead.close();
  const { outlet, log } = await openOutlet(context, [dead.url, broker.url]);
  assert.equal(outlet.health().ready, true);
  assert.equal(log.events[0]?.fields['address'], `127.0.0.1:${broker.port}/`);
});

test('AmqpOutlet fails over when its broker goes away', async (context) => {
  const first = await listenFake(context);
  const second = await listenFake(context);
  const { outlet } = await openOutlet(context, [first.url, second.url]);
  await first.close();
  await second.session(1);
  await until(() => outlet.health().ready, 'the second broker is in use');
  assert.deepEqual(await publishOne(outlet), STORED);
  assert.equal(second.publishes.length, 1);
});

test('AmqpOutlet starts without a broker, says why once, and finds it when it comes up', async (context) => {
  const gone = await FakeBroker.listen();
  const { url, port } = gone;
  await gone.close();
  const { outlet, log } = await openOutlet(context, [url]);
  assert.equal(outlet.health().ready, false);
  assert.match(outlet.health().reasons.join(), /nothing listens there/);
  assert.deepEqual(toFaults([await publishOne(outlet)]), ['unavailable']);
  const broker = await FakeBroker.listen({}, port);
  context.after(() => broker.close());
  await until(() => outlet.health().ready, 'the broker is found');
  assert.deepEqual(log.events.map(({ event }) => event), ['outlet.unavailable', 'outlet.ready']);
  assert.match(String(log.events[0]?.fields['advice']), /start RabbitMQ/);
});

test('AmqpOutlet does not wait for a broker that accepts and says nothing', async (context) => {
  const broker = await listenFake(context, { handshake: 'silent' });
  const { outlet } = await openOutlet(context, [broker.url], { tuning: { connectTimeoutMs: 50, backoffMs: [1, 20] } });
  assert.match(outlet.health().reasons.join(), /no answer in time/);
});

test('AmqpOutlet survives a broker that closes the connection with its first word', async (context) => {
  const broker = await listenFake(context, { handshake: 'close-at-open' });
  const { outlet } = await openOutlet(context, [broker.url]);
  await broker.session(3);
  assert.equal(outlet.health().ready, false);
});

test('AmqpOutlet notices channels that the broker closed with its first word', async (context) => {
  const broker = await listenFake(context, { handshake: 'close-at-select' });
  const { outlet } = await openOutlet(context, [broker.url]);
  await until(async () => (await publishOne(outlet)).stored, 'a record is stored');
  assert.equal(broker.sessions.length, 2);
});

test('AmqpOutlet closes at once, also while it connects', async (context) => {
  const broker = await listenFake(context, { handshake: 'silent' });
  const { outlet } = await openOutlet(context, [broker.url], { tuning: { connectTimeoutMs: 50, backoffMs: [1, 1] } });
  const session = await broker.session(2);
  await outlet.close();
  await session.ended;
  assert.deepEqual(toFaults([await publishOne(outlet)]), ['unavailable']);
});

test('AmqpOutlet.close() fails what is in flight as unavailable', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { throttle: 1 });
  const publishing = outlet.publish([makeRecord('A1'), makeRecord('A2')]);
  const publish = await broker.publish(1);
  await outlet.close();
  assert.deepEqual(toFaults(await publishing), ['unavailable', 'unavailable']);
  await publish.session.ended;
  assert.equal(broker.sessions.length, 1);
});

test('AmqpOutlet.drain() takes nothing new and waits for what is in flight', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = publishOne(outlet);
  const publish = await broker.publish(1);
  const draining = outlet.drain();
  assert.deepEqual(toFaults([await publishOne(outlet, 'LATE')]), ['unavailable']);
  assert.equal(outlet.health().ready, false);
  publish.session.ack(publish);
  assert.deepEqual(await publishing, STORED);
  await draining;
  await publish.session.ended;
});

test('AmqpOutlet.drain() ends although the broker never confirms', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { timeoutMs: 30 });
  const publishing = publishOne(outlet);
  await broker.publish(1);
  await outlet.drain();
  assert.deepEqual(toFaults([await publishing]), ['timeout']);
});

test('AmqpOutlet spreads records over its connections', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { publishers: 2 });
  const publishing = outlet.publish([makeRecord('A1'), makeRecord('A2')]);
  await broker.publish(2);
  assert.equal(new Set(broker.publishes.map(({ session }) => session)).size, 2);
  for (const publish of broker.publishes) publish.session.ack(publish);
  assert.deepEqual(toFaults(await publishing), ['stored', 'stored']);
});

test('AmqpOutlet stays ready while one of its connections is blocked', async (context) => {
  const broker = await listenFake(context);
  const { outlet, log } = await openOutlet(context, [broker.url], { publishers: 2 });
  const [first] = broker.sessions;
  first?.block('low on disk');
  await until(() => log.events.some(({ event }) => event === 'outlet.blocked'), 'the alarm is heard');
  assert.equal(outlet.health().ready, true);
  assert.deepEqual(await publishOne(outlet), STORED);
  assert.notEqual(broker.publishes[0]?.session, first);
});

test('AmqpOutlet never declares when told not to, and says which queue is missing', async (context) => {
  const broker: FakeBroker = await listenFake(context, { ...routing(() => broker), queues: ['other'] });
  const { outlet, log } = await openOutlet(context, [broker.url], { declare: false, queues: ['inbox', 'other'] });
  assert.match(outlet.health().reasons.join(), /queue 'inbox' cannot be used: NOT_FOUND/);
  const results = await outlet.publish([makeRecord('A1'), makeRecord('A2', { queue: 'other' })]);
  assert.deepEqual(toFaults(results), ['returned', 'stored']);
  assert.deepEqual([...broker.queues], ['other']);
  const missing = log.events.filter(({ event }) => event === 'outlet.queue-missing');
  assert.deepEqual(missing.map(({ fields }) => fields['name']), ["queue 'inbox'"]);
  broker.queues.add('inbox');
  await until(() => outlet.health().ready, 'the queue is found');
});

test('connectAmqpOutlet() rejects what no retry heals', async () => {
  const unreadable = { addresses: ['amqps://127.0.0.1'], ca: '/nonexistent/ca.pem' };
  await assert.rejects(connectAmqpOutlet(makeOutletOptions(unreadable)), /rabbitmq-ca: cannot read '\/nonexistent/);
  await assert.rejects(connectAmqpOutlet(makeOutletOptions({ addresses: ['http://x'] })), /rabbitmq-address/);
});

test('AmqpOutlet goes on with another channel after a refusal, and loses nothing of the one before', async (context) => {
  const broker = await listenFake(context, {
    onPublish: (publish) => {
      if (publish.messageId === 'HELD') return;
      if (publish.channel === broker.publishes[0]?.channel) publish.session.nack(publish);
      else publish.session.ack(publish);
    },
  });
  const { outlet, log } = await openOutlet(context, [broker.url]);
  const held = publishOne(outlet, 'HELD');
  const first = await broker.publish(1);
  assert.deepEqual(toFaults([await publishOne(outlet, 'A0')]), ['nacked']);
  let count = 0;
  await until(async () => (await publishOne(outlet, `B${count++}`)).stored, 'a record is stored on another channel');
  first.session.ack(first);
  assert.deepEqual(await held, STORED);
  assert.equal(log.events.some(({ event }) => event === 'outlet.channel-closed'), false);
});
