// Idempotency keys through the whole gateway: over workers, restarts and kill -9, each message is in the queue once.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { drainQueue, withChannel } from '../support/amqp-drain.ts';
import { type Gateway, type GatewayOptions, removeGateway, startGateway } from '../support/gateway.ts';
import { type KeyedLoadResult, runKeyedLoad } from '../support/keyed-load.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { realBrokerUrl } from '../support/real-broker.ts';

const CLIENTS = 8;
const MESSAGES = 25;
const KILLS = 3;

/** One kind of queue: how a gateway is told of it, and what is in it in the end. */
interface Backend {
  readonly name: string;
  readonly config: NonNullable<GatewayOptions['config']>;
  readonly stored: (gateway: Gateway) => Promise<string[]>;
  /** Whether a crash may leave a record twice, under one id. */
  readonly mayRepeat: boolean;
}

function embedded(): Backend {
  const stored = async (gateway: Gateway) => {
    const lines = (await gateway.run('queue', 'get', 'inbox')).split('\n').filter((line) => line !== '');
    return lines.map((line) => String(JSON.parse(line)['message-id']));
  };
  return { name: 'embedded', config: {}, stored, mayRepeat: false };
}

function rabbitmq(context: TestContext): Backend {
  const url = realBrokerUrl();
  const inbox = `test-${randomBytes(6).toString('hex')}`;
  context.after(() => withChannel(url, (channel) => channel.deleteQueue(inbox)));
  const stored = async (gateway: Gateway) => {
    await gateway.end();
    return (await drainQueue(url, inbox)).map(({ id }) => id);
  };
  return { name: 'RabbitMQ', config: { 'rabbitmq-address': url, 'rabbitmq-inbox': inbox }, stored, mayRepeat: true };
}

const backends = { 'the embedded queue': embedded, 'RabbitMQ': rabbitmq };

function toLine({ replays, conflicts, failures }: KeyedLoadResult): string {
  return `${replays} answered again, ${conflicts} conflicts, ${failures} without an answer`;
}

function post({ ports }: Gateway, { key, text = 'x' }: { readonly key: string; readonly text?: string }) {
  const body = JSON.stringify({
    envelope: '',
    recipients: ['a@example.org', 'b@example.org'],
    mime: `Subject: ${text}\r\n\r\n`,
  });
  const headers = { 'content-type': 'application/json', 'idempotency-key': key, connection: 'close' };
  return fetch(`http://127.0.0.1:${ports.http}/v1/messages`, { method: 'POST', headers, body });
}

for (const [name, open] of Object.entries(backends)) {
  test(`Two workers with ${name} publish every message once, however often it is sent`, async (context) => {
    const { config, stored } = open(context);
    const options = { config: { 'smtp-threads': 2, ...config } };
    let gateway = await startGateway(options);
    context.after(() => removeGateway(gateway));
    const load = await runKeyedLoad({ port: gateway.ports.http, clients: CLIENTS, messages: MESSAGES });
    const first = await (await post(gateway, { key: 'kept' })).text();
    assert.equal((await gateway.end()).code, 0);
    gateway = await startGateway({ ...options, directory: gateway.directory, ports: gateway.ports });
    for (let visit = 0; visit < 4; visit++) {
      const again = await post(gateway, { key: 'kept' });
      assert.deepEqual([again.status, again.headers.get('idempotency-replayed')], [202, 'true']);
      assert.equal(await again.text(), first);
      assert.equal((await post(gateway, { key: 'kept', text: 'other' })).status, 422);
    }
    const ids = [
      ...load.ids,
      ...(JSON.parse(first).records as { 'message-id': string }[]).map((each) => each['message-id']),
    ];
    const result = tally(ids, await stored(gateway));
    context.diagnostic(`${name}: ${toTallyLine(result)}; ${toLine(load)}`);
    assert.equal(new Set(ids).size, CLIENTS * MESSAGES + 2);
    assert.equal(result.stored, ids.length);
    assertKept(result);
    assert.ok(load.replays > 0 && load.conflicts > 0, toLine(load));
  });

  test(`kill -9 with ${name} leaves no message out, and none twice but under one id`, async (context) => {
    const { config, stored, mayRepeat } = open(context);
    let gateway = await startGateway({ config });
    context.after(() => removeGateway(gateway));
    const total = CLIENTS * MESSAGES;
    const moments = Array.from(
      { length: KILLS },
      (_, index) => Math.floor((index + Math.random()) * total / (KILLS + 1)),
    );
    let restarted = Promise.resolve();
    const onAnswer = (answered: number) => {
      if (answered <= (moments[0] ?? Infinity)) return;
      moments.shift();
      restarted = restarted.then(async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
        await gateway.end('SIGKILL');
        gateway = await startGateway({ config, directory: gateway.directory, ports: gateway.ports });
      });
    };
    const load = await runKeyedLoad({ port: gateway.ports.http, clients: CLIENTS, messages: MESSAGES, onAnswer });
    await restarted;
    const result = tally(load.ids, await stored(gateway));
    context.diagnostic(`${name}, ${KILLS} kills: ${toTallyLine(result)}; ${toLine(load)}`);
    assert.deepEqual(moments, []);
    assert.deepEqual(result.lost, []);
    assert.equal(new Set(load.ids).size, total);
    assert.equal(result.stored - result.duplicates.length, total, 'nothing is stored under an id that nobody was told');
    if (!mayRepeat) assertKept(result);
  });
}
