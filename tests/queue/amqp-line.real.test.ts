// The line to a real RabbitMQ is cut, or falls silent, before and after a record was written.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { AmqpOutletOptions } from '../../src/queue/amqp.ts';
import { STORED } from '../../src/queue/outlet.ts';
import { drainQueue } from '../support/amqp-drain.ts';
import { type OpenOutlet, openOutlet, toFaults, until } from '../support/amqp-outlet.ts';
import { openRealBroker, type RealBroker } from '../support/real-broker.ts';
import { makeRecord } from '../support/records.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';

/** A line to the broker that can be disturbed. */
async function openLine(context: TestContext, { url }: RealBroker): Promise<{ proxy: TcpProxy; address: string }> {
  const { hostname, port } = new URL(url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  context.after(() => proxy.close());
  return { proxy, address: url.replace(`:${port}`, `:${proxy.port}`) };
}

interface Line extends OpenOutlet {
  readonly broker: RealBroker;
  readonly proxy: TcpProxy;
  readonly queue: string;
  /** The ids in the queue, which is empty afterwards. */
  taken(): Promise<string[]>;
}

async function open(context: TestContext, overrides: Partial<AmqpOutletOptions> = {}): Promise<Line> {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const { proxy, address } = await openLine(context, broker);
  const opened = await openOutlet(context, [address], { queues: [queue], ...overrides });
  const taken = async () => (await drainQueue(broker.url, queue)).map(({ id }) => id);
  return { ...opened, broker, proxy, queue, taken };
}

const isReady = ({ outlet }: Line) => until(() => outlet.health().ready, 'the outlet is ready again');
const isDown = ({ outlet }: Line) => until(() => !outlet.health().ready, 'the loss is noticed');

test('A record that comes after the line was cut is not stored, and is when it comes again', async (context) => {
  const line = await open(context);
  const { outlet, proxy, queue, taken } = line;
  proxy.cut();
  await isDown(line);
  const record = makeRecord('A1', { queue });
  assert.deepEqual(toFaults(await outlet.publish([record])), ['unavailable']);
  proxy.resume();
  await isReady(line);
  assert.deepEqual(await taken(), []);
  assert.deepEqual(await outlet.publish([record]), [STORED]);
  assert.deepEqual(await taken(), ['A1']);
});

test('A record whose confirm was lost with the line may be stored all the same, and comes again under its id', async (context) => {
  const line = await open(context);
  const { outlet, proxy, queue, broker, taken } = line;
  const record = makeRecord('A1', { queue });
  proxy.withhold();
  const publishing = outlet.publish([record]);
  await proxy.withheld();
  await until(async () => (await broker.channel.checkQueue(queue)).messageCount === 1, 'RabbitMQ has the record');
  proxy.cut();
  assert.deepEqual(toFaults(await publishing), ['unavailable']);
  await isDown(line);
  proxy.release();
  proxy.resume();
  await isReady(line);
  assert.deepEqual(await outlet.publish([record]), [STORED]);
  assert.deepEqual(await taken(), ['A1', 'A1']);
});

test('A record without confirm is given up in time, and its late confirm harms no other', async (context) => {
  const { outlet, proxy, queue, taken } = await open(context, { timeoutMs: 200 });
  proxy.withhold();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('LATE', { queue })])), ['timeout']);
  await proxy.withheld();
  proxy.release();
  assert.deepEqual(await outlet.publish([makeRecord('NEXT', { queue })]), [STORED]);
  assert.deepEqual(await taken(), ['LATE', 'NEXT']);
});

test('A line that falls silent is given up by its heartbeats, with what was on its way', async (context) => {
  const line = await open(context, { tuning: { heartbeatSeconds: 1, backoffMs: [1, 20], connectTimeoutMs: 1000 } });
  const { outlet, proxy, queue, log } = line;
  proxy.withhold();
  assert.deepEqual(toFaults(await outlet.publish([makeRecord('A1', { queue })])), ['unavailable']);
  await isDown(line);
  assert.match(String(log.events.find(({ event }) => event === 'outlet.unavailable')?.fields['reason']), /heartbeat/i);
  proxy.release();
  await isReady(line);
  assert.deepEqual(await outlet.publish([makeRecord('A2', { queue })]), [STORED]);
});

test('A queue that was deleted while the line was cut is declared before the next record', async (context) => {
  const line = await open(context);
  const { outlet, proxy, queue, broker, log, taken } = line;
  proxy.cut();
  await isDown(line);
  await broker.channel.deleteQueue(queue);
  proxy.resume();
  await isReady(line);
  assert.equal(log.events.filter(({ event }) => event === 'outlet.queue-declared').length, 2);
  assert.deepEqual(await outlet.publish([makeRecord('A1', { queue })]), [STORED]);
  assert.deepEqual(await taken(), ['A1']);
});

test('With several addresses the next one that answers takes over, and the first is tried first again', async (context) => {
  const broker = await openRealBroker(context);
  const queue = broker.makeName();
  const [one, two] = [await openLine(context, broker), await openLine(context, broker)];
  const { outlet, log } = await openOutlet(context, [one.address, two.address], { queues: [queue] });
  const readyAt = () =>
    log.events.filter(({ event }) => event === 'outlet.ready').map(({ fields }) => fields['address']);
  const publish = async (id: string) => assert.deepEqual(await outlet.publish([makeRecord(id, { queue })]), [STORED]);
  await publish('A1');
  one.proxy.cut();
  await until(() => readyAt().length === 2, 'the second address takes over');
  await publish('A2');
  one.proxy.resume();
  two.proxy.cut();
  await until(() => readyAt().length === 3, 'the first address takes over');
  await publish('A3');
  const places = [one, two, one].map(({ proxy }) => `:${proxy.port}`);
  assert.deepEqual(readyAt().map((label) => /:\d+/.exec(String(label))?.[0]), places);
  assert.deepEqual((await drainQueue(broker.url, queue)).map(({ id }) => id), ['A1', 'A2', 'A3']);
});

test('Of the records of one message those that RabbitMQ refuses are told apart from those that it has', async (context) => {
  const broker = await openRealBroker(context);
  const full = await broker.declare({ maxLength: 1, overflow: 'reject-publish' });
  const [inbox, gone] = [broker.makeName(), broker.makeName()];
  const { outlet } = await openOutlet(context, [broker.url], { queues: [inbox, full, gone], queueType: 'classic' });
  // A classic queue refuses late: it counts a record once it is stored.
  await until(
    async () => toFaults(await outlet.publish([makeRecord('FILL', { queue: full })]))[0] === 'nacked',
    'the queue is full',
  );
  await broker.channel.deleteQueue(gone);
  const records = [inbox, full, gone, inbox].map((queue, index) => makeRecord(`A${index}`, { queue }));
  assert.deepEqual(toFaults(await outlet.publish(records)), ['stored', 'nacked', 'returned', 'stored']);
  assert.deepEqual((await drainQueue(broker.url, inbox)).map(({ id }) => id), ['A0', 'A3']);
});
