// `queue ls` and `queue get` on a gateway with a spool: with RabbitMQ, without it, and without the file.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { QueueReader } from '../../src/queue/reader.ts';
import { openSpoolReader } from '../../src/queue/spool-reader.ts';
import { until } from '../support/amqp-outlet.ts';
import { makeQueuePath, openSpool } from '../support/open-spool.ts';
import { makeRecord } from '../support/records.ts';
import { createSwitchedBroker } from '../support/switched-broker.ts';

const BROKER: QueueReader = {
  list: () => Promise.resolve([{ queue: 'inbox', messages: 7 }]),
  get: () => Promise.resolve(7),
  close: () => Promise.resolve(),
};
const gone = () => Promise.reject(new Error('Cannot connect to RabbitMQ'));

/** A spool with two records for the inbox, one of them refused, and one for a queue that is not configured any more. */
async function makeSpool(context: TestContext): Promise<string> {
  const broker = createSwitchedBroker();
  const { outlet, path } = await openSpool(context, { broker });
  broker.off();
  await outlet.publish([makeRecord('A'), makeRecord('B'), makeRecord('C', { queue: 'old' })]);
  broker.result = ({ id }) => ({ stored: false, fault: id === 'A' ? 'nacked' : 'blocked', detail: 'no' });
  broker.on();
  await until(() => outlet.spooled?.()?.queues[0]?.setAside === 1, 'one record is set aside');
  await outlet.close();
  return path;
}

async function open(path: string, connect: () => Promise<QueueReader> = () => Promise.resolve(BROKER)) {
  const warnings: string[] = [];
  const onWarning = (sentence: string) => void warnings.push(sentence);
  return { warnings, reader: await openSpoolReader({ path, queues: ['inbox', 'local'], connect, onWarning }) };
}

test('list() has the count of the spool beside that of RabbitMQ', async (context) => {
  const { reader, warnings } = await open(await makeSpool(context));
  assert.deepEqual(await reader.list(), [
    { queue: 'inbox', messages: 7, spooled: 2 },
    { queue: 'local', messages: undefined, spooled: 0 },
    { queue: 'old', messages: undefined, spooled: 1 },
  ]);
  assert.deepEqual(warnings, ["queue 'inbox': 1 records in the spool are set aside (nacked: no)"]);
});

test('list() tells what waits in the spool while RabbitMQ is away', async (context) => {
  const { reader, warnings } = await open(await makeSpool(context), gone);
  const counts = await reader.list();
  assert.deepEqual(counts[0], { queue: 'inbox', messages: undefined, spooled: 2 });
  assert.equal(warnings[0], 'Cannot connect to RabbitMQ');
  await reader.close();
});

test('list() tells what RabbitMQ has when there is no file, and fails without both', async (context) => {
  const path = makeQueuePath(context);
  const { reader, warnings } = await open(path);
  assert.deepEqual((await reader.list())[0], { queue: 'inbox', messages: 7, spooled: undefined });
  assert.match(warnings.join(), /no such file/);
  await assert.rejects((await open(path, gone)).reader.list(), /Cannot connect to RabbitMQ/);
});

test('list() takes a queue file that was never a spool for an empty one', async (context) => {
  const { openEmbeddedOutlet } = await import('../../src/queue/embedded.ts');
  const path = makeQueuePath(context);
  await openEmbeddedOutlet({ path, log: { emit: () => {}, close: () => {} } }).close();
  const { reader, warnings } = await open(path);
  assert.deepEqual([(await reader.list())[0]?.spooled, warnings], [0, []]);
});

test('get() reads RabbitMQ, and says that there is more', async (context) => {
  const path = await makeSpool(context);
  const { reader, warnings } = await open(path);
  assert.equal(await reader.get('inbox', { count: undefined, ack: false }, () => Promise.resolve()), 7);
  assert.deepEqual(warnings, [`queue 'inbox': 2 more records wait in the spool (${path})`]);
  const { reader: alone } = await open(path, gone);
  await assert.rejects(alone.get('inbox', { count: 1, ack: true }, () => Promise.resolve()), /Cannot connect/);
});
