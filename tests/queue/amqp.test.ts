import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { STORED } from '../../src/queue/outlet.ts';
import { listenFake, openOutlet, publishOne, routing, SILENT, toFaults, until } from '../support/amqp-outlet.ts';
import type { FakeBroker, FakePublish } from '../support/fake-broker.ts';
import { makeRecord } from '../support/records.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

test('AmqpOutlet resolves only after the broker has confirmed', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  let settled = false;
  const publishing = outlet.publish([makeRecord('A1')]).finally(() => settled = true);
  const publish = await broker.publish(1);
  // A full round trip to the broker: an answer that does not wait for the confirm would have come by then.
  await openOutlet(context, [broker.url]);
  assert.equal(settled, false);
  publish.session.ack(publish);
  assert.deepEqual(await publishing, [STORED]);
});

test('AmqpOutlet publishes mandatory to the default exchange with the queue as routing key', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url]);
  await outlet.publish([makeRecord('A1')]);
  const { exchange, routingKey, mandatory, messageId, body } = await broker.publish(1);
  assert.deepEqual({ exchange, routingKey, mandatory, messageId }, {
    exchange: '',
    routingKey: 'inbox',
    mandatory: true,
    messageId: 'A1',
  });
  assert.deepEqual(JSON.parse(body.toString()), { 'message-id': 'A1', recipient: 'info@example.com' });
});

test('AmqpOutlet sends the pieces of a body one after the other', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url]);
  const body = ['{"a":', '1', '}'].map((piece) => new TextEncoder().encode(piece));
  await outlet.publish([makeRecord('A1', { body })]);
  assert.equal((await broker.publish(1)).body.toString(), '{"a":1}');
});

test('AmqpOutlet compresses bodies when told to', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url], { encoding: 'gzip' });
  const record = makeRecord('A1');
  assert.deepEqual(await outlet.publish([record]), [STORED]);
  const { body, header } = await broker.publish(1);
  assert.deepEqual(gunzipSync(body), record.body[0]);
  assert.ok(header.includes('gzip'));
});

test('AmqpOutlet gives the results in the order of the records, whatever the order of the confirms', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publish(['A1', 'A2', 'A3'].map((id) => makeRecord(id)));
  const third = await broker.publish(3);
  const [first, second] = broker.publishes;
  assert.ok(first && second);
  third.session.nack(third);
  first.session.ack(first);
  second.session.ack(second);
  assert.deepEqual(toFaults(await publishing), ['stored', 'stored', 'nacked']);
});

test('AmqpOutlet understands one confirm for several publishes', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publish(['A1', 'A2', 'A3'].map((id) => makeRecord(id)));
  const third = await broker.publish(3);
  third.session.ack(third, { multiple: true });
  assert.deepEqual(toFaults(await publishing), ['stored', 'stored', 'stored']);
});

test('AmqpOutlet publishes nothing for an empty list', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url]);
  assert.deepEqual(await outlet.publish([]), []);
});

test('AmqpOutlet counts a returned record as not stored although its ack follows', async (context) => {
  const onPublish = (publish: FakePublish) => {
    if (publish.messageId === 'A2') publish.session.return(publish);
    publish.session.ack(publish);
  };
  const broker = await listenFake(context, { onPublish });
  const { outlet, log } = await openOutlet(context, [broker.url]);
  const results = await outlet.publish(['A1', 'A2', 'A3'].map((id) => makeRecord(id)));
  assert.deepEqual(toFaults(results), ['stored', 'returned', 'stored']);
  assert.deepEqual(results[1], { stored: false, fault: 'returned', detail: "NO_ROUTE: no queue 'inbox'" });
  const failed = log.events.filter(({ event }) => event === 'outlet.publish-failed');
  assert.deepEqual(failed.map(({ fields }) => fields['id']), ['A2']);
});

test('AmqpOutlet takes no record for stored whose id was returned while it was in flight twice', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publish([makeRecord('A1'), makeRecord('A1')]);
  const second = await broker.publish(2);
  const [first] = broker.publishes;
  assert.ok(first);
  second.session.ack(second);
  first.session.return(first);
  first.session.ack(first);
  assert.deepEqual(toFaults(await publishing), ['returned', 'stored']);
});

test('AmqpOutlet cannot tell which of two flights of one id was returned, and takes neither for stored', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url]);
  const publishing = outlet.publish([makeRecord('A1'), makeRecord('A1')]);
  const second = await broker.publish(2);
  const [first] = broker.publishes;
  assert.ok(first);
  first.session.return(first);
  second.session.ack(second, { multiple: true });
  assert.deepEqual(toFaults(await publishing), ['returned', 'returned']);
});

test('AmqpOutlet declares a queue again that was deleted under it, so that the retry works', async (context) => {
  const broker: FakeBroker = await listenFake(context, { ...routing(() => broker), queues: [] });
  const { outlet, log } = await openOutlet(context, [broker.url]);
  assert.deepEqual(await publishOne(outlet), STORED);
  broker.queues.delete('inbox');
  assert.deepEqual(toFaults([await publishOne(outlet)]), ['returned']);
  const declared = () => log.events.filter(({ event }) => event === 'outlet.queue-declared').length;
  await until(() => declared() === 2, 'the queue is declared again');
  assert.deepEqual(await publishOne(outlet), STORED);
});

test('AmqpOutlet sends nothing of a message that is too large for one of its recipients, and all of the next one', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url], { maxMessageBytes: 1000 });
  const large = makeRecord('LARGE', { body: [new Uint8Array(900), new Uint8Array(101)] });
  const refused = outlet.publish([makeRecord('A0'), large]);
  const results = await outlet.publish([makeRecord('A1'), makeRecord('A2')]);
  assert.deepEqual(toFaults(await refused), ['too-large', 'too-large']);
  assert.deepEqual(toFaults(results), ['stored', 'stored']);
  assert.deepEqual(broker.publishes.map(({ messageId }) => messageId), ['A1', 'A2']);
});

test('AmqpOutlet checks the size after compression', async (context) => {
  const broker = await listenFake(context);
  const { outlet } = await openOutlet(context, [broker.url], { maxMessageBytes: 1000, encoding: 'gzip' });
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('A1', { body: [new Uint8Array(5000)] })])), ['stored']);
});

test('AmqpOutlet sends large records on a channel of their own, whose death leaves small ones alone', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet, log } = await openOutlet(context, [broker.url], { tuning: { largeBytes: 1000, backoffMs: [1, 20] } });
  const publishing = outlet.publish([makeRecord('SMALL'), makeRecord('LARGE', { body: [new Uint8Array(1001)] })]);
  const [small, large] = [await broker.publish(1), await broker.publish(2)].sort((a, b) =>
    a.body.length - b.body.length
  );
  assert.ok(small && large);
  assert.notEqual(small.channel, large.channel);
  large.session.closeChannel(large.channel, 406, 'PRECONDITION_FAILED - something');
  small.session.ack(small);
  assert.deepEqual(toFaults(await publishing), ['stored', 'unavailable']);
  await until(() => log.events.some(({ event }) => event === 'outlet.channel-closed'), 'the channel is closed');
  const retried = outlet.publish([makeRecord('AGAIN')]);
  const again = await broker.publish(3);
  again.session.ack(again);
  assert.deepEqual(await retried, [STORED]);
  assert.equal(broker.sessions.length, 1);
});

test('AmqpOutlet learns the size limit of a broker that is lower than configured', async (context) => {
  const onPublish = (publish: FakePublish) => {
    if (publish.body.length <= 2000) return publish.session.ack(publish);
    const text = `PRECONDITION_FAILED - message size ${publish.body.length} is larger than configured max size 2000`;
    publish.session.closeChannel(publish.channel, 406, text);
  };
  const broker = await listenFake(context, { onPublish });
  const { outlet, log } = await openOutlet(context, [broker.url], { tuning: { largeBytes: 1000, backoffMs: [1, 20] } });
  const large = makeRecord('LARGE', { body: [new Uint8Array(2001)] });
  assert.deepEqual(toFaults(await outlet.publish([large])), ['unavailable']);
  assert.deepEqual(toFaults(await outlet.publish([large])), ['too-large']);
  const [event] = log.events.filter(({ event }) => event === 'outlet.size-limit');
  assert.deepEqual(event?.fields, { configured: 16 * 1024 * 1024, found: 2000 });
});

test('AmqpOutlet keeps no more than the throttle in flight', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { throttle: 2 });
  const publishing = outlet.publish(['A1', 'A2', 'A3'].map((id) => makeRecord(id)));
  const second = await broker.publish(2);
  await openOutlet(context, [broker.url]);
  assert.equal(broker.publishes.length, 2);
  second.session.ack(second);
  const third = await broker.publish(3);
  assert.equal(third.messageId, 'A3');
  third.session.ack(third, { multiple: true });
  assert.deepEqual(toFaults(await publishing), ['stored', 'stored', 'stored']);
});

test('AmqpOutlet gives up on a record without confirm and ignores the late one', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { timeoutMs: 30 });
  assert.deepEqual(toFaults([await publishOne(outlet)]), ['timeout']);
  const late = await broker.publish(1);
  late.session.ack(late);
  const next = publishOne(outlet, 'A2');
  const second = await broker.publish(2);
  second.session.ack(second);
  assert.deepEqual(await next, STORED);
});

test('AmqpOutlet gives the place of a record that timed out to the next one', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { outlet } = await openOutlet(context, [broker.url], { timeoutMs: 30, throttle: 1 });
  assert.deepEqual(toFaults([await publishOne(outlet, 'A1')]), ['timeout']);
  const next = publishOne(outlet, 'A2');
  const second = await broker.publish(2);
  assert.equal(second.messageId, 'A2');
  second.session.ack(second);
  assert.deepEqual(await next, STORED);
});

test('AmqpOutlet gives no 250 while the line to the broker withholds the confirm', async (context) => {
  const broker = await listenFake(context);
  const proxy = await startTcpProxy({ port: broker.port });
  context.after(() => proxy.close());
  const { outlet } = await openOutlet(context, [`amqp://127.0.0.1:${proxy.port}`]);
  proxy.withhold();
  let settled = false;
  const publishing = publishOne(outlet).finally(() => settled = true);
  await proxy.withheld();
  assert.equal(settled, false);
  proxy.release();
  assert.deepEqual(await publishing, STORED);
});
