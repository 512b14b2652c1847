// Connections and limits between the first process and real worker processes, also when those stop or die.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:http';
import { test } from 'node:test';
import { preparePool, type StartedPool, until } from '../support/start-pool.ts';

/** The line that a client which sent `line` gets, on a connection of its own. */
async function askOnce({ connect }: StartedPool, { port, line }: { readonly port: number; readonly line: string }) {
  return await (await connect(port)).ask(line);
}

test('Connections go to the workers in turn, with both ends as the client sees them', async (context) => {
  const pool = preparePool(context, { count: 2 });
  const { port, httpPort } = await pool.start();
  const served = [];
  for (let index = 0; index < 6; index++) served.push(await askOnce(pool, { port, line: 'who' }));
  assert.deepEqual(served, ['1 of 2', '2 of 2', '1 of 2', '2 of 2', '1 of 2', '2 of 2']);
  const asking = request({ port: httpPort, host: '127.0.0.1', agent: false }).end();
  const [answer] = await once(asking, 'response');
  assert.match((await answer.setEncoding('utf8').toArray()).join(''), /^[12] 127\.0\.0\.1$/);
});

test('A client may close its side and still get the answer', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const client = await pool.connect(port);
  client.socket.end('the last line');
  assert.equal(await client.rest(), 'until the end the last line');
});

test('node:http watches over its time limits on connections that it is handed', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { httpPort } = await pool.start();
  const client = await pool.connect(httpPort);
  client.socket.write('GET / HTTP/1.1\r\nHo');
  assert.match(await client.rest(), /^HTTP\/1\.1 408 /);
});

test('A connection on its way to a worker that dies goes to another one', async (context) => {
  const pool = preparePool(context, { count: 2 });
  const { port } = await pool.start();
  pool.kill(0, 'SIGSTOP');
  const first = (await pool.connect(port)).ask('who');
  await until(() => pool.workers[0]?.arrivals === 1, 'a connection on its way');
  // Who does not take what it is given gets no more.
  for (let index = 0; index < 3; index++) assert.equal(await askOnce(pool, { port, line: 'who' }), '2 of 2');
  pool.kill(0, 'SIGKILL');
  assert.equal(await first, '2 of 2');
});

test('Connections wait while no worker is there', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const leaving = await pool.connect(port);
  leaving.socket.write('exit 0\r\n');
  await leaving.closed();
  // The port stays open, whatever became of the only worker.
  assert.equal(await askOnce(pool, { port, line: 'who' }), '1 of 1');
});

test('A worker that is told to stop by a signal gets no further connections', async (context) => {
  const pool = preparePool(context, { count: 2, mode: () => 'stays' });
  const { port } = await pool.start();
  pool.kill(0, 'SIGTERM');
  await until(() => pool.workers[0]?.arrivals === undefined, 'the end of its turns');
  for (let index = 0; index < 3; index++) assert.equal(await askOnce(pool, { port, line: 'who' }), '2 of 2');
});

test('Places and connections of an address are counted over all workers', async (context) => {
  const pool = preparePool(context, { count: 2 });
  const { port } = await pool.start();
  const [one, two] = [await pool.connect(port), await pool.connect(port)];
  assert.deepEqual([await one.ask('place'), await two.ask('place')], ['granted {}', 'granted {}']);
  assert.deepEqual([await one.ask('place'), await two.ask('place')], ['denied {}', 'denied {}']);
  const waiting = two.ask('wait');
  assert.equal(await one.ask('drop'), 'dropped');
  assert.equal(await waiting, 'granted {}');
  assert.equal(await one.ask('address 192.0.2.1'), 'granted {}');
  assert.equal(await two.ask('address 192.0.2.1'), 'granted {}');
  assert.equal(await one.ask('address 192.0.2.1'), 'denied {}');
  assert.equal(await one.ask('address 192.0.2.2'), 'granted {}');
});

test('A worker that withdraws takes no place', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const [client, other] = [await pool.connect(port), await pool.connect(port)];
  await client.ask('place');
  await client.ask('place');
  const waiting = client.ask('wait');
  assert.equal(await other.ask('withdraw'), 'withdrawn');
  assert.equal(await waiting, 'denied {}');
  await client.ask('drop');
  await until(() => pool.places.taken === 1, 'a free place');
});

test('Failed logins are counted over all workers', async (context) => {
  const pool = preparePool(context, { count: 2 });
  const { port } = await pool.start();
  const [one, two] = [await pool.connect(port), await pool.connect(port)];
  assert.equal(await one.ask('login 192.0.2.1'), 'granted {"delayMs":0}');
  assert.equal(await one.ask('reject'), 'rejected');
  assert.equal(await two.ask('login 192.0.2.1'), 'granted {"delayMs":1000}');
  assert.equal(await two.ask('reject'), 'rejected');
  assert.match(
    await one.ask('login 192.0.2.1'),
    /^denied \{"answer":"rejected","first":true,"retryAfterMs":\d+[.\d]*\}$/,
  );
  assert.match(
    await two.ask('login 192.0.2.1'),
    /^denied \{"answer":"rejected","first":false,"retryAfterMs":\d+[.\d]*\}$/,
  );
});

test('What a worker held is free again when it dies', async (context) => {
  const pool = preparePool(context, { count: 2 });
  const { port } = await pool.start();
  const [one, two] = [await pool.connect(port), await pool.connect(port)];
  for (const line of ['place', 'place', 'address 192.0.2.1']) assert.equal(await one.ask(line), 'granted {}');
  const waiting = two.ask('wait');
  pool.kill(0, 'SIGKILL');
  assert.equal(await waiting, 'granted {}');
  await until(() => pool.places.taken === 1 && pool.counts.addresses === 0, 'free places');
});

test('What a dead worker waited for goes to nobody', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const client = await pool.connect(port);
  await client.ask('place');
  await client.ask('place');
  client.socket.write('wait\r\n');
  pool.kill(0, 'SIGKILL');
  await until(() => pool.places.taken === 0, 'free places');
});

test('A worker says what it is like when it is asked, also while connections are on their way to it', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const [worker] = pool.workers;
  const clients = Array.from({ length: 10 }, () => askOnce(pool, { port, line: 'who' }));
  const reports = await Promise.all([worker?.report({ metrics: true }), worker?.report({ metrics: false })]);
  assert.deepEqual(reports.map((report) => report?.health.reasons), [['worker 1'], ['worker 1']]);
  assert.deepEqual(reports.map((report) => report?.families.map(({ name }) => name)), [['sessions'], []]);
  assert.deepEqual(await Promise.all(clients), Array(10).fill('1 of 1'));
});

test('A worker that dies leaves no question open, and what it had counted', async (context) => {
  const pool = preparePool(context, { count: 1 });
  await pool.start();
  const [worker] = pool.workers;
  assert.equal(worker?.isRunning, true);
  await until(() => worker?.totals.length === 1, 'the worker has said what it counted');
  pool.kill(0, 'SIGSTOP');
  const asked = worker?.report({ metrics: true });
  assert.equal(worker?.report({ metrics: true }), asked, 'one question at a time');
  pool.kill(0, 'SIGKILL');
  assert.equal(await asked, undefined);
  assert.equal(worker?.isRunning, false);
  assert.equal(worker?.totals[0]?.values[0]?.value, 3);
});

test('A worker learns what the whole gateway is like', async (context) => {
  const pool = preparePool(context, { count: 1 });
  const { port } = await pool.start();
  const answer = await askOnce(pool, { port, line: 'look' });
  assert.deepEqual(JSON.parse(answer), { health: { ready: true, reasons: ['the whole gateway'] } });
});
