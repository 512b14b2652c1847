// Worker processes in every form of the program: shared ports, shared limits, and nothing promised lost when one dies.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { after, before, test, type TestContext } from 'node:test';
import { drainQueue } from '../support/amqp-drain.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, type GatewayOptions, removeGateway, startGateway } from '../support/gateway.ts';
import { listPrograms, type ProgramForm } from '../support/programs.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { proxyV1 } from '../support/proxy-headers.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { type LoadResult, runLoad } from '../support/smtp-load.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { secureClient } from '../support/test-tls.ts';

const SESSIONS = 10;
const KILLS = 5;
// More than any test can send before it is over.
const ENDLESS = 1_000_000;

let broker: Rabbitmq;
before(async () => {
  broker = await startRabbitmq();
});
after(() => broker.stop());

interface StartOptions extends GatewayOptions {
  readonly program?: ProgramForm;
}

const [firstProgram] = listPrograms();

async function start(context: TestContext, { program = firstProgram, config, ...options }: StartOptions = {}) {
  const gateway = await startGateway({
    ...options,
    ...(program === undefined ? {} : { command: program.command }),
    config: { 'smtp-threads': 2, ...config },
  });
  context.after(() => removeGateway(gateway));
  return gateway;
}

/** The process of each worker, by its number, as it was started last. */
function workersOf(gateway: Gateway): Map<unknown, number> {
  return new Map(gateway.events('worker.started').map(({ worker, pid }) => [worker, Number(pid)]));
}

/** The worker's digits, which follow those of time, counter and server. */
function toWorkerDigits(id: string): string {
  return id.slice(15, 17);
}

async function storedInFile(gateway: Gateway): Promise<string[]> {
  const lines = (await gateway.run('queue', 'get', 'inbox')).split('\n').filter((line) => line !== '');
  return lines.map((line) => String(JSON.parse(line)['message-id']));
}

async function greeted(gateway: Gateway): Promise<SmtpClient> {
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  await client.ask('EHLO client.example.com');
  return client;
}

async function sendOne(client: SmtpClient): Promise<string> {
  for (const line of ['MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>', 'DATA']) await client.ask(line);
  return await client.ask('Subject: x', '', 'body', '.');
}

for (const program of listPrograms()) {
  test(`Two workers of ${program.name} serve the load, and SIGTERM under load ends them in order`, async (context) => {
    const gateway = await start(context, { program });
    const load = runLoad({ port: gateway.ports.smtp, sessions: SESSIONS, messages: ENDLESS });
    await gateway.accepted(300);
    assert.equal((await gateway.end('SIGTERM')).code, 0);
    const { ids } = await load;
    const result = tally(ids, await storedInFile(gateway));
    context.diagnostic(`${program.name}: ${toTallyLine(result)}`);
    assertKept(result);
    assert.deepEqual(new Set(ids.map(toWorkerDigits)), new Set(['01', '02']));
    assert.deepEqual(gateway.events('worker.exited'), []);
    assert.deepEqual(gateway.events('gateway.fault'), []);
    assert.equal(gateway.events('gateway.stopped').length, 1);
  });

  test(`Two workers of ${program.name} speak TLS and HTTP on connections that they were handed`, async (context) => {
    const [smtps = 0] = await freePorts(1);
    const gateway = await start(context, {
      program,
      config: { 'smtp-certificate': 'self-signed', 'smtp-secure-port': smtps },
    });
    for (let turn = 0; turn < 2; turn++) {
      const client = await greeted(gateway);
      assert.match(await client.ask('STARTTLS'), /^220 /);
      const inside = await secureClient(client, { rejectUnauthorized: false });
      await inside.ask('EHLO client.example.com');
      assert.match(await sendOne(inside), /^250-/);
      inside.close();
      const secure = await secureClient(await SmtpClient.connect(smtps), { rejectUnauthorized: false });
      assert.match((await secure.reply()).join(), /^220 /);
      await secure.ask('EHLO client.example.com');
      assert.match(await sendOne(secure), /^250-/);
      secure.close();
      const url = `http://127.0.0.1:${gateway.ports.http}/v1/messages?envelope=&recipient=b@example.org`;
      const init = { method: 'POST', headers: { 'content-type': 'message/rfc822', connection: 'close' } };
      const response = await fetch(url, { ...init, body: 'Subject: x\r\n\r\nbody\r\n' });
      assert.equal(response.status, 202, await response.text());
    }
    const byWorker = Map.groupBy(gateway.events('message.accepted'), ({ worker }) => worker);
    assert.deepEqual([...byWorker.keys()].toSorted(), [1, 2]);
    assert.equal((await gateway.end()).code, 0);
  });

  test(`A thousand short connections to two workers of ${program.name} are all greeted`, async (context) => {
    const gateway = await start(context, { program });
    const visits = Array.from({ length: 20 }, async () => {
      for (let visit = 0; visit < 50; visit++) {
        const client = await greeted(gateway);
        assert.match(await client.ask('QUIT'), /^221 /);
        await client.rest();
        client.close();
      }
    });
    await Promise.all(visits);
    const byWorker = Map.groupBy(gateway.events('smtp.session.opened'), ({ worker }) => worker);
    assert.deepEqual([...byWorker.keys()].toSorted(), [1, 2]);
    assert.equal((await gateway.end()).code, 0);
  });

  test(`Caps hold over both workers of ${program.name}`, async (context) => {
    const gateway = await start(context, {
      program,
      config: { 'smtp-connections': 3, 'smtp-connections-per-ip': 4 },
    });
    const clients = [await greeted(gateway), await greeted(gateway), await greeted(gateway)];
    // Two workers have them, so either may be counted first: one waits for a place, the other one is one too many.
    const both = [await SmtpClient.connect(gateway.ports.smtp), await SmtpClient.connect(gateway.ports.smtp)];
    assert.match(await Promise.any(both.map((client) => client.rest())), /^421 4\.7\.0 /);
    const waiting = both.find((client) => !client.isEnded);
    assert.equal(waiting?.unread, '');
    clients[0]?.close();
    assert.match((await waiting.reply()).join(), /^220 /);
    // What a dead worker held is free again.
    const workers = workersOf(gateway);
    process.kill(workers.get(1) ?? 0, 'SIGKILL');
    process.kill(workers.get(2) ?? 0, 'SIGKILL');
    await gateway.event('worker.started', 4);
    for (let index = 0; index < 3; index++) await greeted(gateway);
    assert.equal((await gateway.end()).code, 0);
  });

  test(`Workers of ${program.name} killed under load cost nothing that was promised`, async (context) => {
    const gateway = await start(context, { program });
    const ids = await killWorkers(gateway, { kills: 2 });
    const result = tally(ids, await storedInFile(gateway));
    context.diagnostic(`${program.name}: ${toTallyLine(result)}`);
    assertKept(result);
  });

  test(`Workers of ${program.name} end when the first process is killed, and make room for the next`, async (context) => {
    const gateway = await start(context, { program });
    const client = await greeted(gateway);
    await client.ask('MAIL FROM:<a@example.com>');
    gateway.process.kill('SIGKILL');
    // The transaction in flight is finished first.
    for (const line of ['RCPT TO:<b@example.org>', 'DATA']) await client.ask(line);
    assert.match(await client.ask('Subject: x', '', 'body', '.'), /^250-/);
    await gateway.exit;
    const { directory, ports } = gateway;
    const next = await start(context, { program, directory, ports });
    assert.match(await sendOne(await greeted(next)), /^250-/);
    assert.equal((await next.end()).code, 0);
    assert.equal((await storedInFile(next)).length, 2);
  });
}

/** Kills a worker every few hundred messages; resolves, once the gateway has ended in order, to what was promised. */
async function killWorkers(gateway: Gateway, { kills }: { readonly kills: number }): Promise<readonly string[]> {
  const stop = new AbortController();
  const load: Promise<LoadResult> = runLoad({
    port: gateway.ports.smtp,
    sessions: SESSIONS,
    messages: ENDLESS,
    reconnect: true,
    signal: stop.signal,
  });
  for (let kill = 1; kill <= kills; kill++) {
    await gateway.accepted(gateway.events('message.accepted').length + 100 + Math.random() * 200);
    const number = kill % 2 + 1;
    process.kill(workersOf(gateway).get(number) ?? 0, 'SIGKILL');
    const exited = await gateway.event('worker.exited', kill);
    assert.deepEqual([exited['worker'], exited['signal']], [number, 'SIGKILL']);
    // The other one goes on, and both do once the new one is there.
    const { worker } = await gateway.event('worker.started', 2 + kill);
    assert.equal(worker, number);
  }
  await gateway.accepted(gateway.events('message.accepted').length + 100);
  stop.abort();
  const { ids } = await load;
  assert.equal((await gateway.end()).code, 0);
  assert.deepEqual(new Set(ids.map(toWorkerDigits)), new Set(['01', '02']));
  return ids;
}

test('Workers killed under load with RabbitMQ cost nothing that was promised', async (context) => {
  const gateway = await start(context, { config: { 'rabbitmq-address': broker.url } });
  const ids = await killWorkers(gateway, { kills: KILLS });
  const result = tally(ids, (await drainQueue(broker.url, 'inbox')).map(({ id }) => id));
  context.diagnostic(`RabbitMQ: ${toTallyLine(result)}`);
  assertKept(result);
});

test('Workers killed under load with the embedded queue cost nothing that was promised', async (context) => {
  const gateway = await start(context);
  const ids = await killWorkers(gateway, { kills: KILLS });
  const result = tally(ids, await storedInFile(gateway));
  context.diagnostic(`embedded queue: ${toTallyLine(result)}`);
  assertKept(result);
});

test('Clients behind a proxy are counted over both workers', async (context) => {
  const config = { 'smtp-proxy': '127.0.0.1', 'smtp-range': '192.0.2.0/24', 'smtp-connections-per-ip': 2 };
  const gateway = await start(context, { config });
  const visit = async (source: string) => {
    const client = await SmtpClient.connect(gateway.ports.smtp);
    client.sendBytes(proxyV1({ source: `${source} 4711` }));
    return (await client.reply()).join();
  };
  for (const source of ['192.0.2.1', '192.0.2.1', '192.0.2.2']) assert.match(await visit(source), /^220 /);
  for (let turn = 0; turn < 2; turn++) assert.match(await visit('192.0.2.1'), /^421 4\.7\.0 /);
  assert.match(await visit('192.0.2.2'), /^220 /);
});

test('A second signal ends the gateway and its workers at once', async (context) => {
  const gateway = await start(context);
  const client = await greeted(gateway);
  await client.ask('MAIL FROM:<a@example.com>');
  gateway.process.kill('SIGTERM');
  await gateway.event('gateway.draining', 3);
  assert.equal((await gateway.end('SIGTERM')).code, 1);
  await client.rest();
});

test('Signals to the whole group, as a terminal or a service manager sends them, end it in order', async (context) => {
  const gateway = await start(context);
  const client = await greeted(gateway);
  await client.ask('MAIL FROM:<a@example.com>');
  for (const pid of [...workersOf(gateway).values(), gateway.process.pid ?? 0]) process.kill(pid, 'SIGINT');
  await gateway.event('gateway.draining', 3);
  for (const line of ['RCPT TO:<b@example.org>', 'DATA']) await client.ask(line);
  assert.match(await client.ask('Subject: x', '', 'body', '.'), /^250-/);
  assert.deepEqual(await gateway.exit, { code: 0, signal: null });
});

test('A port in use ends the start with one line, and no worker is left', async (context) => {
  const { ports } = await start(context);
  const second = start(context, { ports });
  await assert.rejects(second, (error: Error) => {
    assert.match(error.message, /mailchute: Cannot open the SMTP door on 127\.0\.0\.1, port \d+: the port is in use; /);
    assert.equal(error.message.match(/Cannot open/g)?.length, 1);
    return true;
  });
});

test('A worker that is started again finds the configuration as it was at the start', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const file = join(directory, 'config.txt');
  writeFileSync(file, 'smtp-maxsize: 1MB\n');
  const gateway = await start(context, { directory, config: { 'config-file': file } });
  writeFileSync(file, 'smtp-maxsize: nonsense\n');
  for (const pid of workersOf(gateway).values()) process.kill(pid, 'SIGKILL');
  await gateway.event('worker.started', 4);
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  assert.match(await client.ask('EHLO client.example.com'), /^250-SIZE 1048576$/m);
});

test('SIGHUP reaches every worker', async (context) => {
  const gateway = await start(context, { config: { 'smtp-certificate': 'self-signed' } });
  await gateway.event('tls.certificate-loaded', 2);
  gateway.process.kill('SIGHUP');
  await gateway.event('tls.certificate-loaded', 4);
  assert.equal((await gateway.end()).code, 0);
});
