import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Channel } from 'amqplib';
import { parseAmqpAddresses } from '../../src/queue/amqp-address.ts';
import {
  AmqpConnectError,
  type AmqpConnectionOptions,
  connectAmqp,
  onChannel,
} from '../../src/queue/amqp-connection.ts';
import { listenFake } from '../support/amqp-outlet.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'tls');
const AUTHORITY = join(FIXTURES, 'authority.pem');
const TLS = {
  cert: readFileSync(join(FIXTURES, 'broker.pem'), 'utf8'),
  key: readFileSync(join(FIXTURES, 'broker-key.pem'), 'utf8'),
};

function makeOptions(url: string, overrides: Partial<AmqpConnectionOptions> = {}): AmqpConnectionOptions {
  const addresses = parseAmqpAddresses([url]);
  return { addresses, verify: true, ca: undefined, heartbeatSeconds: 10, connectTimeoutMs: 5000, ...overrides };
}

async function failureOf(options: AmqpConnectionOptions): Promise<AmqpConnectError> {
  const outcome = await connectAmqp(options, new AbortController()).catch((error: unknown) => error);
  assert.ok(outcome instanceof AmqpConnectError, `expected a failure, got ${outcome}`);
  return outcome;
}

const ACCEPTED = [
  { name: 'trusts the authority it is given', host: 'localhost', overrides: { ca: AUTHORITY } },
  { name: 'trusts anybody when told not to verify', host: '127.0.0.1', overrides: { verify: false } },
];

for (const { name, host, overrides } of ACCEPTED) {
  test(`connectAmqp() speaks TLS and ${name}`, async (context) => {
    const broker = await listenFake(context, { tls: TLS });
    const abort = new AbortController();
    const connection = await connectAmqp(makeOptions(`amqps://${host}:${broker.port}`, overrides), abort);
    assert.equal(connection.isOpen, true);
    await connection.close(1000);
    assert.equal(connection.isOpen, false);
  });
}

const REFUSED = [
  { name: 'an authority that nobody knows', host: 'localhost', overrides: {} },
  { name: 'another name in the certificate', host: '127.0.0.1', overrides: { ca: AUTHORITY } },
];

for (const { name, host, overrides } of REFUSED) {
  test(`connectAmqp() refuses ${name} and names rabbitmq-ca`, async (context) => {
    const broker = await listenFake(context, { tls: TLS });
    const error = await failureOf(makeOptions(`amqps://${host}:${broker.port}`, overrides));
    assert.match(error.message, /certificate is not accepted/);
    assert.match(error.advice, /rabbitmq-ca/);
  });
}

test('connectAmqp() says so when one side speaks TLS and the other does not', async (context) => {
  const plain = await listenFake(context, { handshake: 'silent' });
  const secure = await listenFake(context, { tls: TLS });
  const toSecure = await failureOf(makeOptions(`amqp://127.0.0.1:${secure.port}`));
  assert.match(toSecure.advice, /amqps/);
  const toPlain = await failureOf(makeOptions(`amqps://127.0.0.1:${plain.port}`, { connectTimeoutMs: 50 }));
  assert.match(toPlain.message, /no answer in time/);
});

test('connectAmqp() reports every address with its reason, in order', async (context) => {
  const gone = await listenFake(context);
  const silent = await listenFake(context, { handshake: 'silent' });
  await gone.close();
  const addresses = parseAmqpAddresses([gone.url, silent.url]);
  const error = await failureOf(makeOptions(gone.url, { addresses, connectTimeoutMs: 50 }));
  assert.deepEqual(error.failures.map(({ address }) => address.port), [gone, silent].map(({ url }) => portOf(url)));
  assert.match(error.message, /nothing listens there; 127\.0\.0\.1:\d+\/: no answer in time/);
});

test('connectAmqp() can be called off while the broker is silent', async (context) => {
  const broker = await listenFake(context, { handshake: 'silent' });
  const abort = new AbortController();
  const connecting = connectAmqp(makeOptions(broker.url), abort);
  const session = await broker.session(1);
  abort.abort();
  await assert.rejects(connecting, AmqpConnectError);
  await session.ended;
});

test('AmqpConnection.destroy() breaks the connection and says that it is closed', async (context) => {
  const broker = await listenFake(context);
  const connection = await connectAmqp(makeOptions(broker.url), new AbortController());
  const session = await broker.session(1);
  connection.destroy('enough');
  assert.equal(await connection.closed, 'enough');
  await session.ended;
});

test('AmqpConnection.close() does not wait for a broker that no longer answers', async (context) => {
  const broker = await listenFake(context);
  const connection = await connectAmqp(makeOptions(broker.url), new AbortController());
  const session = await broker.session(1);
  session.freeze();
  await connection.close(20);
  assert.equal(connection.isOpen, false);
});

test('AmqpConnection.close() ends for a connection that the broker closed with its first word', async (context) => {
  const broker = await listenFake(context, { handshake: 'close-at-open' });
  const connection = await connectAmqp(makeOptions(broker.url), new AbortController());
  await connection.close(1000);
  await assert.rejects(onChannel(connection.model, (channel) => channel.checkQueue('inbox')));
});

test('onChannel() rejects with the refusal of the broker and leaves the connection usable', async (context) => {
  const broker = await listenFake(context, { queues: ['inbox'] });
  const { model, close } = await connectAmqp(makeOptions(broker.url), new AbortController());
  await assert.rejects(onChannel(model, (channel) => channel.checkQueue('nowhere')), /no queue 'nowhere'/);
  const { queue } = await onChannel(model, (channel) => channel.checkQueue('inbox'));
  assert.equal(queue, 'inbox');
  await close(1000);
});

test('onChannel() ends when the connection is lost between its goodbye and the answer', async (context) => {
  const broker = await listenFake(context, { queues: ['inbox'] });
  const { model } = await connectAmqp(makeOptions(broker.url), new AbortController());
  const session = await broker.session(1);
  const work = async (channel: Channel) => {
    const { queue } = await channel.checkQueue('inbox');
    session.freeze();
    setImmediate(() => session.cut());
    return queue;
  };
  assert.equal(await onChannel(model, work), 'inbox');
});

function portOf(url: string): number {
  return Number(new URL(url).port);
}
