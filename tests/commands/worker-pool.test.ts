// Real worker processes that come up, crash, are started again, and end.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toRestartDelay } from '../../src/commands/worker-pool.ts';
import { preparePool, type StartedPool, until } from '../support/start-pool.ts';

const drained = { signal: 'SIGTERM', limitMs: 20_000 };

function eventsOf({ log }: StartedPool, event: string) {
  return log.events.filter((logged) => logged.event === event).map(({ fields }) => fields);
}

test('start() starts the first worker alone and then the others, and says where the doors are', async (context) => {
  const pool = preparePool(context, { count: 3 });
  const { port, httpPort } = await pool.start();
  assert.ok(port > 0 && httpPort > 0);
  const started = eventsOf(pool, 'worker.started');
  assert.equal(started[0]?.['worker'], 1);
  assert.deepEqual(started.map(({ worker }) => worker).toSorted(), [1, 2, 3]);
  assert.deepEqual(
    started.map(({ pid }) => pid).toSorted(),
    pool.children.map(({ pid }) => pid).toSorted(),
  );
});

test('start() rejects with what the first worker says, and starts no other', async (context) => {
  const pool = preparePool(context, { count: 3, mode: () => 'fails' });
  await assert.rejects(pool.start(), { message: 'there is no such thing' });
  assert.equal(pool.children.length, 1);
  assert.deepEqual(pool.log.events, []);
});

test('start() rejects when a later worker says nothing and ends, and ends the others', async (context) => {
  const pool = preparePool(context, { count: 2, mode: (started) => started === 0 ? 'obeys' : 'mute' });
  await assert.rejects(pool.start(), { message: 'Worker 2 ended before it was ready (3)' });
  assert.equal((await pool.workers[0]?.exit)?.signal, 'SIGKILL');
});

test('A worker that crashed is started again under its number, as often as it takes', async (context) => {
  const pool = preparePool(context, {
    count: 2,
    mode: (started) => started === 2 || started === 3 ? 'fails' : 'obeys',
  });
  const { port } = await pool.start();
  pool.kill(1, 'SIGKILL');
  await until(() => eventsOf(pool, 'worker.started').length === 3, 'a new worker');
  const exits = eventsOf(pool, 'worker.exited').map((
    { worker, code, signal, reason },
  ) => [worker, code, signal, reason]);
  const failed = [2, 1, null, 'there is no such thing'];
  assert.deepEqual(exits, [[2, null, 'SIGKILL', undefined], failed, failed]);
  const answers = new Set([await (await pool.connect(port)).ask('who'), await (await pool.connect(port)).ask('who')]);
  assert.deepEqual([...answers].toSorted(), ['1 of 2', '2 of 2']);
});

test('A worker that left in order without being asked to is replaced, too', async (context) => {
  const pool = preparePool(context, { count: 2 });
  await pool.start();
  pool.kill(0, 'SIGTERM');
  await until(() => eventsOf(pool, 'worker.started').length === 3, 'a new worker');
  assert.deepEqual(eventsOf(pool, 'worker.exited').map(({ worker, code }) => [worker, code]), [[1, 0]]);
});

test('drain() ends every worker in order, and none is started again', async (context) => {
  const pool = preparePool(context, { count: 2 });
  await pool.start();
  pool.relay.close();
  assert.equal(await pool.pool.drain(drained), true);
  assert.deepEqual(eventsOf(pool, 'worker.exited'), []);
  assert.match(pool.output(), /worker 1 stops/);
  assert.match(pool.output(), /worker 2 stops/);
  assert.equal(pool.children.length, 2);
});

test('drain() says when a worker did not end in order', async (context) => {
  const pool = preparePool(context, { count: 2, mode: (started) => started === 0 ? 'stays' : 'obeys' });
  await pool.start();
  const draining = pool.pool.drain(drained);
  await until(() => pool.output().includes('worker 1 stops'), 'the stop of worker 1');
  pool.kill(0, 'SIGKILL');
  assert.equal(await draining, false);
  assert.deepEqual(eventsOf(pool, 'worker.exited').map(({ worker }) => worker), [1]);
});

test('drain() kills what is left after its time', async (context) => {
  const pool = preparePool(context, { count: 1, mode: () => 'stays' });
  await pool.start();
  assert.equal(await pool.pool.drain({ signal: 'SIGTERM', limitMs: 50 }), false);
});

test('Workers stop when the first process is gone', async (context) => {
  const pool = preparePool(context, { count: 2 });
  await pool.start();
  for (const child of pool.children) child.disconnect();
  assert.deepEqual((await Promise.all(pool.workers.map((worker) => worker.exit))).map(({ code }) => code), [0, 0]);
});

test('signal() reaches every worker', async (context) => {
  const pool = preparePool(context, { count: 2 });
  await pool.start();
  pool.pool.signal('SIGHUP');
  await until(() => /1 reloads/.test(pool.output()) && /2 reloads/.test(pool.output()), 'two reloads');
});

test('toRestartDelay() doubles with every crash in a row, up to half a minute', () => {
  const delays = [1, 2, 3, 4, 9, 10, 20, 5000].map(toRestartDelay);
  assert.deepEqual(delays, [100, 200, 400, 800, 25_600, 30_000, 30_000, 30_000]);
});
