// The chaos scenario of a parted network: packets between gateway and broker vanish, and nobody is told.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { everyRound, playCore } from './core.ts';
import { openNamespace } from './namespace.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';

// Each of them after rabbitmq-timeout: a few more than there are clients.
const REFUSED = 8;

async function partNetwork(stage: Stage): Promise<Observation> {
  const namespace = await openNamespace(stage.broker.port);
  const disturb = everyRound(async ({ load, gateway }) => {
    const unavailable = gateway.events('outlet.unavailable').length;
    namespace.part();
    await load.untilRefused(REFUSED);
    const before = load.accepted;
    if (stage.isShort) await load.untilRefused(REFUSED);
    // By the heartbeats, which takes half a minute.
    else await gateway.event('outlet.unavailable', unavailable + 1);
    assert.equal(load.accepted, before, 'accepted while the network is parted');
    namespace.join();
    return await load.recovery();
  });
  const address = stage.broker.url.replace(`127.0.0.1:${stage.broker.port}`, `${namespace.host}:${namespace.port}`);
  const config = { 'rabbitmq-address': address };
  try {
    return await playCore({ stage, queue: 'chaos-parted', effect: 'refuses', config, disturb });
  } finally {
    await namespace.close();
  }
}

function missingNamespaces(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const link = ['ip', 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far'];
  const { status, stderr } = spawnSync('unshare', ['-n', ...link], { encoding: 'utf8' });
  return status === 0 ? undefined : `no network namespaces here (${stderr?.trim() || 'no unshare or ip'})`;
}

/** In the order in which they run. */
export const PARTITION_SCENARIOS: readonly Scenario[] = [
  { name: 'partition', title: 'network parted (namespace)', missing: missingNamespaces, run: partNetwork },
];
