// What clients of both doors are told, and what is stored, when RabbitMQ blocks, freezes, refuses or forgets.
import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { drainQueue } from '../support/amqp-drain.ts';
import { until } from '../support/amqp-outlet.ts';
import { withFrozenBroker, withMemoryAlarm, withMessageLimit } from '../support/broker-control.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { openRealBroker, type RealBroker, realBrokerUrl } from '../support/real-broker.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

const DEFERRED = '451 4.3.0 Message not stored, try again later';
// Longer than any client here waits: what is answered at once did not wait for it.
const LONG_S = 120;

interface Place {
  readonly gateway: Gateway;
  readonly broker: RealBroker;
  readonly inbox: string;
  readonly local: string;
}

/** A gateway with queues of its own; mail for `local@example.org` has one. */
async function open(context: TestContext, config: Readonly<Record<string, string | number>> = {}): Promise<Place> {
  const broker = await openRealBroker(context);
  const [inbox, local] = [broker.makeName(), broker.makeName()];
  const directory = mkdtempSync(join(tmpdir(), 'mailchute-e2e-'));
  writeFileSync(join(directory, 'local.txt'), 'exact local@example.org\n');
  const gateway = await startGateway({
    directory,
    config: {
      'rabbitmq-address': broker.url,
      'rabbitmq-inbox': inbox,
      'rabbitmq-local': local,
      'rabbitmq-timeout': LONG_S,
      'local-addresses': join(directory, 'local.txt'),
      ...config,
    },
  });
  context.after(() => removeGateway(gateway));
  await gateway.event('outlet.ready');
  return { gateway, broker, inbox, local };
}

interface Mail {
  readonly to?: readonly string[];
  readonly bytes?: number;
  /** Idempotency-Key, over HTTP. */
  readonly key?: string;
}

/** The last line of the reply to the content. */
async function smtp({ ports }: Gateway, { to = ['b@example.org'], bytes = 10 }: Mail = {}): Promise<string> {
  const client = await SmtpClient.connect(ports.smtp);
  await client.reply();
  const recipients = to.map((address) => `RCPT TO:<${address}>`);
  for (const line of ['EHLO client.example', 'MAIL FROM:<a@example.com>', ...recipients, 'DATA']) {
    await client.ask(line);
  }
  const lines = Array.from({ length: Math.ceil(bytes / 1000) }, () => 'x'.repeat(Math.min(bytes, 998)));
  const reply = await client.ask('Subject: x', '', ...lines, '.');
  client.close();
  return reply.split('\n').at(-1) ?? '';
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly code?: string;
    readonly reasons?: readonly string[];
    readonly records?: readonly { readonly 'message-id': string; readonly recipient: string }[];
  };
}

async function http(gateway: Gateway, { to = ['b@example.org'], bytes = 10, key }: Mail = {}): Promise<Answer> {
  const response = await fetch(`http://127.0.0.1:${gateway.ports.http}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { 'idempotency-key': key }) },
    body: JSON.stringify({ envelope: '', recipients: to, mime: `Subject: x\r\n\r\n${'x'.repeat(bytes)}\r\n` }),
  });
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    body: await response.json() as Answer['body'],
  };
}

async function readyz({ ports }: Gateway): Promise<string> {
  return await (await fetch(`http://127.0.0.1:${ports.http}/readyz`)).text();
}

async function assertDeferred(gateway: Gateway): Promise<void> {
  assert.equal(await smtp(gateway), DEFERRED);
  const { status, retryAfter, body } = await http(gateway);
  assert.deepEqual([status, retryAfter, body.code], [503, '10', 'not-durable']);
}

async function assertAccepted(gateway: Gateway): Promise<void> {
  assert.match(await smtp(gateway), /^250 /);
  assert.equal((await http(gateway)).status, 202);
}

test('While RabbitMQ blocks, both doors defer at once, or spool, and it gets mail again when it no longer does', async (context) => {
  const { gateway, broker, inbox } = await open(context);
  const spooling = await open(context, { spool: 'on' });
  let [first, spooled] = [Promise.resolve(''), Promise.resolve('')];
  await withMemoryAlarm(async () => {
    // RabbitMQ tells a connection of its alarm when something is published there; that record waits for the end of it.
    first = smtp(gateway);
    await gateway.event('outlet.blocked');
    for (let turn = 0; turn < 3; turn++) await assertDeferred(gateway);
    assert.match(await readyz(gateway), /the broker blocks publishing/);
    spooled = smtp(spooling.gateway);
    await spooling.gateway.event('outlet.blocked');
    await assertAccepted(spooling.gateway);
    assert.match(await readyz(spooling.gateway), /"ready".*2 records for queue/);
  });
  await gateway.event('outlet.unblocked');
  for (const reply of [await first, await spooled]) assert.match(reply, /^250 /);
  await spooling.gateway.event('spool.drained');
  assert.equal((await drainQueue(broker.url, spooling.inbox)).length, 3);
  await assertAccepted(gateway);
  assert.match(await readyz(gateway), /"ready"/);
  assert.equal((await drainQueue(broker.url, inbox)).length, 3);
});

test('A frozen RabbitMQ is not waited for longer than rabbitmq-timeout, and takes mail again when it thaws', async (context) => {
  const { gateway, broker, inbox } = await open(context, { 'rabbitmq-timeout': 1 });
  await withFrozenBroker(() => assertDeferred(gateway));
  await until(async () => (await http(gateway)).status === 202, 'mail is taken again');
  await assertAccepted(gateway);
  const ids = (await drainQueue(broker.url, inbox)).map(({ id }) => id);
  const promised = gateway.events('message.accepted').flatMap(({ ids }) => ids as string[]);
  for (const id of promised) assert.ok(ids.includes(id), `${id} is lost`);
});

test('A limit on sizes that RabbitMQ was given meanwhile refuses large messages, and no small one beside them', async (context) => {
  const { port } = new URL(realBrokerUrl());
  const proxy = await startTcpProxy({ port: Number(port) });
  const address = realBrokerUrl().replace(`:${port}`, `:${proxy.port}`);
  const { gateway, broker, inbox } = await open(context, { 'rabbitmq-address': address });
  context.after(() => proxy.close());
  const large = { bytes: 1_500_000 };
  await withMessageLimit(1_200_000, async () => {
    proxy.cut();
    proxy.resume();
    await gateway.event('outlet.ready', 2);
    const small = Array.from({ length: 30 }, () => smtp(gateway));
    assert.equal(await smtp(gateway, large), DEFERRED);
    for (const reply of await Promise.all(small)) assert.match(reply, /^250 /);
    assert.equal(await smtp(gateway, large), '552 5.3.4 Message too big for this system');
    assert.equal((await http(gateway, large)).status, 413);
    assert.equal(gateway.events('outlet.size-limit').length, 1);
    // Until the channel is open again, others of its size are deferred, too.
    await until(async () => (await smtp(gateway, { bytes: 1_100_000 })).startsWith('250 '), 'what fits is taken');
  });
  assert.equal((await drainQueue(broker.url, inbox)).length, 31);
});

test('A queue that is deleted under the gateway defers once, and is declared again', async (context) => {
  const { gateway, broker, inbox } = await open(context);
  await assertAccepted(gateway);
  const declared = gateway.events('outlet.queue-declared').length;
  await broker.channel.deleteQueue(inbox);
  assert.equal(await smtp(gateway), DEFERRED);
  await gateway.event('outlet.queue-declared', declared + 1);
  await assertAccepted(gateway);
  assert.equal((await drainQueue(broker.url, inbox)).length, 2);
});

test('When some recipients are confirmed only, the message is deferred, and its repeat under a key has the same ids', async (context) => {
  const { gateway, broker, inbox, local } = await open(context, { 'rabbitmq-queue-type': 'classic' });
  const mail = { to: ['b@example.org', 'local@example.org'] };
  await broker.channel.deleteQueue(local);
  await broker.channel.assertQueue(local, { maxLength: 1, overflow: 'reject-publish' });
  await until(async () => (await http(gateway, { to: ['local@example.org'] })).status === 503, 'the queue is full');
  await broker.channel.purgeQueue(inbox);

  const { status, body: { code } } = await http(gateway, { ...mail, key: 'key-1' });
  assert.deepEqual([status, code], [503, 'not-durable']);
  assert.equal(await smtp(gateway, mail), DEFERRED);
  await broker.channel.purgeQueue(local);
  const repeat = await http(gateway, { ...mail, key: 'key-1' });
  assert.equal(repeat.status, 202);
  await broker.channel.purgeQueue(local);
  assert.match(await smtp(gateway, mail), /^250 .* for local@example\.org$/);

  const ids = (await drainQueue(broker.url, inbox)).map(({ id }) => id);
  const kept = repeat.body.records?.find(({ recipient }) => recipient === 'b@example.org')?.['message-id'];
  assert.deepEqual([ids[0], ids[2]], [kept, kept]);
  // SMTP cannot know that it is a repeat.
  assert.deepEqual([ids.length, new Set(ids).size], [4, 3]);
});
