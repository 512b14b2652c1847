// Chaos scenarios that hurt the broker or one of its queues, and the gateway itself.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { drainQueue, withChannel } from '../amqp-drain.ts';
import { startTcpProxy } from '../tcp-proxy.ts';
import { everyRound, type Play, playCore } from './core.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';

const KILLS = 6;
// While a fault lasts, so many are refused and none is accepted.
const REFUSED = 20;

async function killGateway(stage: Stage): Promise<Observation> {
  const disturb = everyRound(async (play) => {
    let longest = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      await play.load.untilAccepted(1 + stage.random.below(80));
      await sleep(stage.random.below(20));
      await play.gateway.end('SIGKILL');
      await play.startAgain();
      longest = Math.max(longest, await play.load.recovery());
    }
    return longest;
  });
  return await playCore({ stage, queue: 'chaos-gateway-killed', effect: 'cuts', disturb });
}

/** A fault that lasts until clients were refused, and a little longer; nothing may be accepted meanwhile. */
function during(begin: (play: Play) => Promise<void>, end: (play: Play) => Promise<void>) {
  return everyRound(async (play) => {
    const { load } = play;
    await begin(play);
    await load.untilRefused(REFUSED);
    const before = load.accepted;
    await load.untilRefused(REFUSED);
    assert.equal(load.accepted, before, 'accepted while the fault lasts');
    await end(play);
    return await load.recovery();
  });
}

const stopBroker = during(({ broker }) => broker.down(), ({ broker }) => broker.restart());
const killBroker = during(({ broker }) => broker.kill('SIGKILL'), ({ broker }) => broker.restart());

/** Frozen for longer than three heartbeats of 10 s where there is time: the gateway gives the connection up, and finds no new one. */
const freezeBroker = everyRound(async ({ stage, broker, load, gateway }) => {
  await broker.kill('SIGSTOP');
  try {
    const unavailable = gateway.events('outlet.unavailable').length;
    await load.untilRefused(REFUSED);
    if (!stage.isShort) {
      await gateway.event('outlet.unavailable', unavailable + 1);
      await load.untilRefused(REFUSED);
    }
  } finally {
    await broker.kill('SIGCONT');
  }
  return await load.recovery();
});

const memoryAlarm = during(
  async ({ broker }) => void await broker.ctl(['set_vm_memory_high_watermark', '0.0001']),
  async ({ broker }) => void await broker.ctl(['set_vm_memory_high_watermark', '0.6']),
);

const diskAlarm = during(
  async ({ broker }) => void await broker.ctl(['set_disk_free_limit', '1000000GB']),
  async ({ broker }) => void await broker.ctl(['set_disk_free_limit', '1MB']),
);

/**
 * What is in a queue goes with it, and that is the operator's doing: so the queue is emptied first, with the line from
 * the gateway held. What it publishes then finds no queue.
 */
async function deleteQueue(stage: Stage): Promise<Observation> {
  const proxy = await startTcpProxy({ port: stage.broker.port });
  const queue = 'chaos-deleted';
  const disturb = everyRound(async ({ load, taken, gateway }) => {
    proxy.hold();
    await sleep(500);
    taken.push(...(await drainQueue(stage.broker.url, queue)).map(({ id }) => id));
    await stage.broker.ctl(['delete_queue', queue]);
    const declared = gateway.events('outlet.queue-declared').length;
    const refused = load.untilRefused(1);
    proxy.letGo();
    await Promise.all([refused, gateway.event('outlet.queue-declared', declared + 1)]);
    return await load.recovery();
  });
  const config = { 'rabbitmq-address': stage.broker.url.replace(`:${stage.broker.port}`, `:${proxy.port}`) };
  try {
    return await playCore({ stage, queue, effect: 'refuses', config, disturb });
  } finally {
    await proxy.close();
  }
}

async function fillQueue(stage: Stage): Promise<Observation> {
  const queue = 'chaos-full';
  const queueArguments = { 'x-queue-type': 'classic', 'x-max-length': 300, 'x-overflow': 'reject-publish' };
  await withChannel(
    stage.broker.url,
    async (channel) => void await channel.assertQueue(queue, { durable: true, arguments: queueArguments }),
  );
  const disturb = everyRound(async ({ load, taken }) => {
    await load.untilRefused(REFUSED);
    taken.push(...(await drainQueue(stage.broker.url, queue)).map(({ id }) => id));
    return await load.recovery();
  });
  return await playCore({ stage, queue, effect: 'refuses', disturb });
}

/** One that needs nothing but the gateway and the broker. */
function simple({ name, title, isLong }: Omit<Scenario, 'run'>, disturb: (play: Play) => Promise<number>): Scenario {
  const run = (stage: Stage) => playCore({ stage, queue: `chaos-${name}`, effect: 'refuses', disturb });
  return { name, title, run, ...(isLong && { isLong }) };
}

/** In the order in which they run. */
export const BROKER_SCENARIOS: readonly Scenario[] = [
  { name: 'gateway-killed', title: `gateway killed (-9) ${KILLS} times`, run: killGateway },
  simple({ name: 'broker-stopped', title: 'RabbitMQ stopped and started', isLong: true }, stopBroker),
  simple({ name: 'broker-killed', title: 'RabbitMQ killed (-9) and started' }, killBroker),
  simple({ name: 'broker-frozen', title: 'RabbitMQ frozen (SIGSTOP, SIGCONT)' }, freezeBroker),
  simple({ name: 'memory-alarm', title: 'memory alarm' }, memoryAlarm),
  simple({ name: 'disk-alarm', title: 'disk alarm' }, diskAlarm),
  { name: 'queue-deleted', title: 'empty queue deleted', run: deleteQueue },
  { name: 'queue-full', title: 'queue full, `x-overflow=reject-publish`', run: fillQueue },
];
