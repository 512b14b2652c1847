// The spool with a real broker that goes away under load: every message gets its 250, everything arrives, in order.
import assert from 'node:assert/strict';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { drainQueue, withChannel } from '../support/amqp-drain.ts';
import { type Gateway, type GatewayOptions, removeGateway, runGateway, startGateway } from '../support/gateway.ts';
import { assertInOrder, tally, toTallyLine } from '../support/promises.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { type LoadResult, runLoad } from '../support/smtp-load.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const ENDLESS = 1_000_000;

let broker: Rabbitmq;
before(async () => {
  broker = await startRabbitmq();
});
after(() => broker.stop());

function spooling(config: GatewayOptions['config'] = {}): GatewayOptions {
  return { config: { 'rabbitmq-address': broker.url, 'rabbitmq-timeout': 5, 'spool': 'on', ...config } };
}

async function readyz({ ports }: Gateway): Promise<{ readonly status: number; readonly text: string }> {
  const response = await fetch(`http://127.0.0.1:${ports.http}/readyz`);
  return { status: response.status, text: await response.text() };
}

/** Resolves when nothing is left in the spool. */
async function waitForDrain(gateway: Gateway): Promise<void> {
  const deadline = Date.now() + 60_000;
  while ((await readyz(gateway)).text.includes('in the spool')) {
    assert.ok(Date.now() < deadline, 'the spool does not run empty');
    await setTimeout(100);
  }
}

interface Checked {
  readonly what: string;
  /** Ids that were taken out of the queue before. */
  readonly taken?: readonly string[];
}

/** Compares what was promised with what is in the queue now. A record may be there twice, with one id. */
async function check(context: TestContext, loads: readonly LoadResult[], { what, taken = [] }: Checked): Promise<void> {
  const stored = [...taken, ...(await drainQueue(broker.url, 'inbox')).map(({ id }) => id)];
  const promised = loads.flatMap(({ ids }) => ids);
  const result = tally(promised, stored);
  context.diagnostic(`${what}: ${toTallyLine(result)}, ${taken.length} of them taken before`);
  assert.deepEqual(result.lost, []);
  for (const { idsBySession } of loads) assertInOrder(idsBySession, stored);
  assert.equal(new Set(promised).size, promised.length, 'every promise has its own id');
}

function bodyOf(line: string): { readonly [name: string]: unknown } {
  return JSON.parse(line);
}

test('A broker that is stopped and started costs two workers no message and no order', async (context) => {
  const gateway = await startGateway(spooling({ 'smtp-threads': 2 }));
  context.after(() => removeGateway(gateway));
  const stop = new AbortController();
  const load = runLoad({ port: gateway.ports.smtp, sessions: 8, messages: ENDLESS, signal: stop.signal });
  await gateway.accepted(200);
  await broker.down();
  await gateway.event('spool.started');
  await gateway.accepted(gateway.events('message.accepted').length + 300);
  const { status, text } = await readyz(gateway);
  assert.equal(status, 200);
  assert.match(text, /no connection to RabbitMQ.*records for queue 'inbox' wait in the spool/);
  assert.match(await gateway.run('queue', 'ls'), /^inbox\t\?\t[1-9]\d*\n$/);
  await broker.restart();
  await gateway.event('spool.drained');
  await gateway.accepted(gateway.events('message.accepted').length + 100);
  stop.abort();
  const result = await load;
  assert.deepEqual([...result.refusals], []);
  await waitForDrain(gateway);
  assert.match(await gateway.run('queue', 'ls'), /^inbox\t[1-9]\d*\t0\n$/);
  await check(context, [result], { what: 'broker stopped, two workers' });
  assert.equal((await gateway.end()).code, 0);
});

test('Whoever is killed while the spool fills or drains, nothing is lost', async (context) => {
  const proxy = await startTcpProxy({ port: broker.port });
  context.after(() => proxy.close());
  const options = spooling({ 'rabbitmq-address': broker.url.replace(`:${broker.port}`, `:${proxy.port}`) });
  let gateway = await startGateway(options);
  context.after(() => removeGateway(gateway));
  await gateway.event('outlet.ready', 2);
  proxy.cut();
  const again = { ...options, directory: gateway.directory, ports: gateway.ports };
  const loads: LoadResult[] = [];
  for (let round = 0; round < 3; round++) {
    const load = runLoad({ port: gateway.ports.smtp, sessions: 10, messages: ENDLESS });
    await gateway.accepted(700);
    await gateway.end('SIGKILL');
    loads.push(await load);
    gateway = await startGateway(again);
  }
  // Both die in the middle of the drain: the gateway first, then the broker.
  proxy.resume();
  await waitForRecords(1);
  await gateway.end('SIGKILL');
  const left = (await drainQueue(broker.url, 'inbox')).map(({ id }) => id);
  gateway = await startGateway(again);
  await waitForRecords(1);
  await broker.kill('SIGKILL');
  loads.push(await runLoad({ port: gateway.ports.smtp, sessions: 4, messages: 100 }));
  assert.deepEqual([...loads.at(-1)?.refusals.keys() ?? []], []);
  await broker.restart();
  await waitForDrain(gateway);
  await check(context, loads, { what: 'gateway and broker killed', taken: left });
  assert.equal((await gateway.end()).code, 0);
});

/** Resolves when the inbox holds as many records. */
async function waitForRecords(count: number): Promise<void> {
  await withChannel(broker.url, async (channel) => {
    const deadline = Date.now() + 30_000;
    while ((await channel.checkQueue('inbox')).messageCount < count) {
      assert.ok(Date.now() < deadline, 'no record comes');
    }
  });
}

test('A record that the broker refuses stays behind the others and is never dropped', async (context) => {
  const proxy = await startTcpProxy({ port: broker.port });
  context.after(() => proxy.close());
  // Takes two records and refuses the others.
  const queueArguments = { 'x-queue-type': 'classic', 'x-max-length': 2, 'x-overflow': 'reject-publish' };
  await withChannel(
    broker.url,
    (channel) => channel.assertQueue('narrow', { durable: true, arguments: queueArguments }),
  );
  const url = broker.url.replace(`:${broker.port}`, `:${proxy.port}`);
  const options = spooling({ 'rabbitmq-address': url, 'rabbitmq-inbox': 'narrow', 'rabbitmq-queue-type': 'classic' });
  let gateway = await startGateway(options);
  context.after(() => removeGateway(gateway));
  await gateway.event('outlet.ready', 2);
  proxy.cut();
  const large = `Subject: large\r\n\r\n${'x'.repeat(70)}\r\n`.padEnd(200_000, `${'y'.repeat(70)}\r\n`) + '\r\n';
  const [first] = (await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 1, content: large })).ids;
  const { ids } = await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 4 });
  assert.equal((await gateway.end()).code, 0);
  assert.equal(gateway.events('spool.kept')[0]?.['records'], 5);
  const directory = gateway.directory;
  gateway = await startGateway({
    config: { ...options.config, 'rabbitmq-max-message-size': '100KB' },
    directory,
    ports: gateway.ports,
  });
  proxy.resume();
  await gateway.event('spool.set-aside', 2);
  assert.match((await readyz(gateway)).text, /3 records for queue 'narrow' wait in the spool, 3 of them set aside/);
  const taken = (await drainQueue(broker.url, 'narrow')).map(({ id }) => id);
  assert.deepEqual(taken, ids.slice(0, 2));
  await waitFor(async () => taken.push(...(await drainQueue(broker.url, 'narrow')).map(({ id }) => id)) === 4);
  assert.deepEqual(taken, ids);
  // The operator can see the record that will never fit, and take it out.
  const get = ['queue', 'get', 'narrow', `--queue-path=${directory}/queue.db`, '--rabbitmq-address='];
  assert.equal(bodyOf(await runGateway(get))['message-id'], first);
  await runGateway([...get, '--ack']);
  await waitForDrain(gateway);
});

async function waitFor(isMet: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await isMet())) {
    assert.ok(Date.now() < deadline, 'waited in vain');
    await setTimeout(50);
  }
}

test('A full spool defers, a second gateway on its file does not start, and a gzip record comes out as it went in', async (context) => {
  const proxy = await startTcpProxy({ port: broker.port });
  context.after(() => proxy.close());
  const url = broker.url.replace(`:${broker.port}`, `:${proxy.port}`);
  const config = { 'rabbitmq-address': url, 'rabbitmq-inbox': 'packed', 'rabbitmq-encoding': 'gzip' };
  const gateway = await startGateway(spooling({ ...config, 'spool-maxsize': '100KB' }));
  context.after(() => removeGateway(gateway));
  await gateway.event('outlet.ready', 2);
  const direct = await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 1 });
  proxy.cut();
  const { ids, refusals } = await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 30 });
  assert.deepEqual([...refusals.keys()], ['452 4.3.1 Storage full, try again later']);
  assert.ok(ids.length > 10 && ids.length < 30, `${ids.length} of 30 were accepted`);
  const { status, text } = await readyz(gateway);
  assert.deepEqual([status, text.includes('the spool is full')], [503, true]);
  await assert.rejects(
    startGateway({ config: { ...spooling(config).config, 'queue-path': `${gateway.directory}/queue.db` } }),
    {
      message: /in use by another mailchute serve/,
    },
  );
  proxy.resume();
  await waitForDrain(gateway);
  const messages = await drainQueue(broker.url, 'packed');
  assert.deepEqual(messages.map(({ id }) => id), [...direct.ids, ...ids]);
  const [one, other] = messages.map(({ properties: { messageId: _id, timestamp: _time, ...rest } }) => rest);
  assert.deepEqual(other, one, 'the same properties, whichever way a record went');
  assert.equal((await readyz(gateway)).status, 200);
});
