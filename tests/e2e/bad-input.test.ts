// What an operator sees when something is wrong at the start: one clear sentence that says what to do, and the exit code.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { withChannel } from '../support/amqp-drain.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, gatewayCommand, type GatewayOptions, removeGateway, startGateway } from '../support/gateway.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { runLoad } from '../support/smtp-load.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

let broker: Rabbitmq;
before(async () => {
  broker = await startRabbitmq();
});
after(() => broker?.stop());

interface Ending {
  readonly code: number | null;
  readonly stderr: string;
  readonly stdout: string;
}

/** Runs `serve` that is expected to end by itself. */
function serveAndFail(directory: string, args: readonly string[]): Ending {
  const [program = '', ...leading] = gatewayCommand();
  const { status, stderr, stdout } = spawnSync(program, [...leading, 'serve', ...args], {
    cwd: directory,
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { code: status, stderr, stdout };
}

async function toFlags(directory: string): Promise<string[]> {
  const [smtp, http] = await freePorts(2);
  const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
  return [...doors, `--queue-path=${join(directory, 'queue.db')}`];
}

async function startForTest(context: TestContext, options: GatewayOptions): Promise<Gateway> {
  const gateway = await startGateway(options);
  context.after(() => removeGateway(gateway));
  return gateway;
}

test('A configuration file that cannot be read ends the start with 2 and names the file', (context) => {
  const directory = makeTemporaryDirectory(context);
  const cases = [
    { path: join(directory, 'missing.txt'), says: /missing\.txt.*(?:no such file|does not exist|not found)/i },
    { path: directory, says: /directory/i },
  ];
  for (const { path, says } of cases) {
    const { code, stderr } = serveAndFail(directory, ['--config-file', path]);
    assert.match(stderr, says);
    assert.equal(code, 2);
  }
});

test('Every fault of a configuration is said in one run, with its line, and nothing is opened', (context) => {
  const directory = makeTemporaryDirectory(context);
  const path = join(directory, 'config.txt');
  writeFileSync(path, '# a comment\nsmtp-port: 99999\nsmtp-prot: 25\nsmtp-timeout: soon\nmax-delivertime: 10\n');
  const { code, stderr } = serveAndFail(directory, ['--config-file', path]);
  const lines = stderr.trimEnd().split('\n');
  assert.ok(lines.some((line) => /config\.txt:2: smtp-port: .*99999/.test(line)), stderr);
  assert.ok(lines.some((line) => /config\.txt:3: .*smtp-prot.*smtp-port/.test(line)), stderr);
  assert.ok(lines.some((line) => /config\.txt:4: smtp-timeout: .*soon/.test(line)), stderr);
  assert.equal(code, 2);
});

test('A port in use ends the start with 1 and says which key to change', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const flags = await toFlags(directory);
  for (const [index, key] of [[1, 'smtp-port'], [3, 'http-port']] as const) {
    const port = Number(/\d+$/.exec(flags[index] ?? '')?.[0]);
    const occupant = createServer().listen(port, '127.0.0.1');
    await once(occupant, 'listening');
    const { code, stderr } = serveAndFail(directory, flags);
    await new Promise((resolve) => occupant.close(resolve));
    assert.match(stderr, new RegExp(`port ${port}: the port is in use; .*${key}`));
    assert.equal(code, 1);
  }
});

test('A second gateway on the same queue file refuses to start', async (context) => {
  const gateway = await startForTest(context, {});
  const flags = await toFlags(gateway.directory);
  const { code, stderr } = serveAndFail(gateway.directory, flags);
  assert.match(stderr, /queue\.db/);
  assert.equal(code, 1);
});

test('A queue that is not durable ends the start with 1 and names the queue', async (context) => {
  const directory = makeTemporaryDirectory(context);
  await withChannel(broker.url, (channel) => channel.assertQueue('fleeting', { durable: false }));
  const flags = [...await toFlags(directory), `--rabbitmq-address=${broker.url}`, '--rabbitmq-inbox=fleeting'];
  const { code, stderr } = serveAndFail(directory, flags);
  assert.match(stderr, /fleeting/);
  assert.match(stderr, /durable/);
  assert.equal(code, 1);
});

test('A queue that differs otherwise is used as it is, with a warning that names both', async (context) => {
  await withChannel(broker.url, (channel) => channel.assertQueue('plain', { durable: true }));
  const config = { 'rabbitmq-address': broker.url, 'rabbitmq-inbox': 'plain' };
  const gateway = await startForTest(context, { config });
  const warning = JSON.stringify(await gateway.event('outlet.queue-differs'));
  assert.match(warning, /plain/);
  assert.match(warning, /quorum/);
  assert.match(warning, /"found":"classic"/);
  const { ids } = await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 1 });
  assert.equal(ids.length, 1);
});

test('A wrong broker password is named, the doors answer 451 and 503, and readiness says why', async (context) => {
  const address = broker.url.replace('guest:guest', 'guest:wrong-secret');
  const gateway = await startForTest(context, { config: { 'rabbitmq-address': address } });
  const event = JSON.stringify(await gateway.event('outlet.unavailable'));
  assert.match(event, /password|ACCESS_REFUSED|user/i);
  const { ids, refusals } = await runLoad({ port: gateway.ports.smtp, sessions: 1, messages: 1 });
  assert.deepEqual([ids, [...refusals.keys()]], [[], ['451 4.3.0 Message not stored, try again later']]);
  const response = await fetch(`http://127.0.0.1:${gateway.ports.http}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ envelope: 'a@example.com', recipient: 'b@example.org', mime: 'Subject: x\n\n' }),
  });
  assert.deepEqual([response.status, response.headers.has('retry-after')], [503, true]);
  await response.body?.cancel();
  const readiness = await fetch(`http://127.0.0.1:${gateway.ports.http}/readyz`);
  const text = await readiness.text();
  assert.equal(readiness.status, 503);
  assert.ok(!`${text}${gateway.stderr}${gateway.stdout}`.includes('wrong-secret'), 'the password is not shown');
});

test('A full disk under the embedded queue is 452 4.3.1, and mail is taken again when there is room', async () => {
  const mount = mkdtempSync(join(tmpdir(), 'mailchute-small-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'tmpfs', mount], { encoding: 'utf8' });
  assert.equal(mounted.status, 0, `this test makes a small file system and needs root: ${mounted.stderr}`);
  const gateway = await startGateway({ config: { 'queue-path': join(mount, 'queue.db') } });
  try {
    const content = `Subject: much\r\n\r\n${'0123456789abcdef'.repeat(4)}\r\n`.repeat(1000);
    const load = { port: gateway.ports.smtp, sessions: 2, content };
    const { ids, refusals } = await runLoad({ ...load, messages: 700 });
    assert.deepEqual([...refusals.keys()], ['452 4.3.1 Storage full, try again later']);
    const taken = (await gateway.run('queue', 'get', 'inbox', '--ack')).trimEnd().split('\n');
    const stored = new Set(taken.map((line) => String(JSON.parse(line)['message-id'])));
    assert.deepEqual(ids.filter((id) => !stored.has(id)), []);
    await gateway.event('outlet.ready', 2);
    const again = await runLoad({ ...load, messages: 100 });
    assert.ok(again.ids.length > 0, `nothing was taken after the queue was emptied: ${[...again.refusals.keys()]}`);
  } finally {
    await removeGateway(gateway);
    spawnSync('umount', ['-l', mount]);
    rmSync(mount, { recursive: true });
  }
});
