// kill -9 of the gateway at random moments under load: everything that got a 250 is in the queue, once.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { drainQueue } from '../support/amqp-drain.ts';
import { type Gateway, type GatewayOptions, startGateway } from '../support/gateway.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { type Rabbitmq, startRabbitmq } from '../support/rabbitmq.ts';
import { runLoad } from '../support/smtp-load.ts';

const ROUNDS = 20;
const SESSIONS = 20;
// More than one round can send before it is killed, so that the kill always comes in the middle of the work.
const MESSAGES_PER_ROUND = 20_000;
const MIN_PROMISED = 2_000;

let broker: Rabbitmq;
before(async () => {
  broker = await startRabbitmq();
});
after(() => broker.stop());

/** Kills the gateway in every round and resolves to all ids that were promised. */
async function killRounds(options: GatewayOptions): Promise<{ readonly ids: string[]; readonly last: Gateway }> {
  const ids: string[] = [];
  let gateway = await startGateway(options);
  for (let round = 0; round < ROUNDS; round++) {
    const load = runLoad({ port: gateway.ports.smtp, sessions: SESSIONS, messages: MESSAGES_PER_ROUND });
    await waitForAccepted(gateway, 20 + Math.random() * 400);
    await gateway.end('SIGKILL');
    ids.push(...(await load).ids);
    // The last round starts once more: what a crash leaves behind must not be in the way.
    gateway = await startGateway({ ...options, directory: gateway.directory, ports: gateway.ports });
  }
  return { ids, last: gateway };
}

/** The moment is chosen by progress, so that a slow machine is killed under load, too. */
async function waitForAccepted(gateway: Gateway, count: number): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (gateway.events('message.accepted').length < count) {
    assert.ok(Date.now() < deadline, `only ${gateway.events('message.accepted').length} messages in 30 s`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
  }
}

test('Everything promised before a kill -9 is in RabbitMQ, once', async (context) => {
  const { ids, last } = await killRounds({ config: { 'rabbitmq-address': broker.url } });
  await last.end();
  const stored = (await drainQueue(broker.url, 'inbox')).map(({ id }) => id);
  const result = tally(ids, stored);
  context.diagnostic(`RabbitMQ, ${ROUNDS} kills: ${toTallyLine(result)}`);
  assert.ok(ids.length >= MIN_PROMISED, `only ${ids.length} messages were promised`);
  assertKept(result);
  rmSync(last.directory, { recursive: true });
});

test('Everything promised before a kill -9 is in the embedded queue, once', async (context) => {
  const { ids, last } = await killRounds({});
  const lines = (await last.run('queue', 'get', 'inbox')).trimEnd().split('\n');
  await last.end();
  const result = tally(ids, lines.map((line) => String(JSON.parse(line)['message-id'])));
  context.diagnostic(`embedded queue, ${ROUNDS} kills: ${toTallyLine(result)}`);
  assert.ok(ids.length >= MIN_PROMISED, `only ${ids.length} messages were promised`);
  assertKept(result);
  rmSync(last.directory, { recursive: true });
});
