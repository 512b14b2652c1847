import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { parseAmqpAddresses } from '../../src/queue/amqp-address.ts';
import { connectAmqp } from '../../src/queue/amqp-connection.ts';
import { AmqpLane, type AmqpLaneOptions } from '../../src/queue/amqp-lane.ts';
import type { PublishResult } from '../../src/queue/outlet.ts';
import { listenFake, SILENT, toFaults } from '../support/amqp-outlet.ts';
import type { FakeBroker } from '../support/fake-broker.ts';
import { makeRecord } from '../support/records.ts';

async function openLane(context: TestContext, broker: FakeBroker, overrides: Partial<AmqpLaneOptions> = {}) {
  const addresses = parseAmqpAddresses([broker.url]);
  const options = { addresses, verify: true, ca: undefined, heartbeatSeconds: 10, connectTimeoutMs: 5000 };
  const connection = await connectAmqp(options, new AbortController());
  context.after(() => connection.destroy('the test is over'));
  const lane = await AmqpLane.open(connection.model, {
    exchange: '',
    persistent: true,
    timeoutMs: 20_000,
    onReturned: () => {},
    onNacked: () => {},
    onClosed: () => {},
    onStuck: () => {},
    ...overrides,
  });
  return lane;
}

function write(lane: AmqpLane, id: string, size = 10): Promise<PublishResult> {
  return new Promise((settle) => lane.write({ record: makeRecord(id), compressed: undefined, size, settle }));
}

test('AmqpLane tells why the broker closed the channel, and counts what is in flight', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<string>();
  const lane = await openLane(context, broker, { onClosed });
  const writing = write(lane, 'A1');
  assert.equal(lane.inFlight, 1);
  const { session, channel } = await broker.publish(1);
  session.closeChannel(channel, 404, "NOT_FOUND - no exchange 'x'");
  const detail = "NOT_FOUND - no exchange 'x'";
  assert.deepEqual(await writing, { stored: false, fault: 'unavailable', detail });
  assert.equal(await closed, detail);
  assert.equal(lane.inFlight, 0);
  assert.deepEqual(toFaults([await write(lane, 'A2')]), ['unavailable']);
});

test('AmqpLane reports itself stuck when too many bytes have timed out', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { promise: stuck, resolve: onStuck } = Promise.withResolvers<string>();
  const lane = await openLane(context, broker, { timeoutMs: 10, onStuck });
  const faults = toFaults([await write(lane, 'A1', 60 << 20), await write(lane, 'A2', 5 << 20)]);
  assert.deepEqual(faults, ['timeout', 'timeout']);
  assert.match(await stuck, /^2 publishes/);
});

test('AmqpLane does not count a late confirm as stuck', async (context) => {
  const broker = await listenFake(context, SILENT);
  let isStuck = false;
  const lane = await openLane(context, broker, { timeoutMs: 10, onStuck: () => isStuck = true });
  for (let number = 1; number <= 3; number++) {
    const result = write(lane, `A${number}`, 40 << 20);
    const publish = await broker.publish(number);
    assert.deepEqual(toFaults([await result]), ['timeout']);
    publish.session.ack(publish);
    // The next confirm comes after this one on the same line.
    const witness = write(lane, 'WITNESS');
    const answered = await broker.publish(number + 1);
    answered.session.ack(answered);
    await witness;
    broker.publishes.pop();
  }
  assert.equal(isStuck, false);
});

test('AmqpLane that is retired settles what it holds and closes its channel then', async (context) => {
  const broker = await listenFake(context, SILENT);
  const { promise: closed, resolve: onClosed } = Promise.withResolvers<string>();
  const lane = await openLane(context, broker, { onClosed });
  const writing = write(lane, 'A1');
  const publish = await broker.publish(1);
  lane.retire();
  publish.session.ack(publish);
  assert.deepEqual(toFaults([await writing]), ['stored']);
  await closed;
  assert.deepEqual(toFaults([await write(lane, 'A2')]), ['unavailable']);
});

test('AmqpLane tells once that the broker refused something', async (context) => {
  const broker = await listenFake(context, { onPublish: (publish) => publish.session.nack(publish) });
  let count = 0;
  const lane = await openLane(context, broker, { onNacked: () => count++ });
  assert.deepEqual(toFaults(await Promise.all(['A1', 'A2'].map((id) => write(lane, id)))), ['nacked', 'nacked']);
  assert.equal(count, 1);
});
