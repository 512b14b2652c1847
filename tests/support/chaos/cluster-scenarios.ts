// The chaos scenario of a cluster: three RabbitMQ nodes, as scripts/deploy/rabbitmq.conf has them, that lose a leader and a follower.
import { readFileSync } from 'node:fs';
import { type Rabbitmq, startRabbitmq } from '../rabbitmq.ts';
import { everyRound, playCore } from './core.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';

const QUEUE = 'chaos-cluster';
// Accepted by the two nodes that are left.
const SOME = 60;

/** The nodes so far are in `nodes` at every moment, for whoever has to stop them. */
async function startCluster(nodes: Rabbitmq[]): Promise<Rabbitmq> {
  const conf = readFileSync(new URL('../../../scripts/deploy/rabbitmq.conf', import.meta.url), 'utf8')
    .replace('listeners.tcp.default = 5672', 'listeners.tcp.local = 127.0.0.1:PORT')
    .replaceAll(/rabbit@(rabbit\d)/g, '$1@localhost') + 'disk_free_limit.absolute = 1MB\n';
  const first = await startRabbitmq({ name: 'rabbit1', conf });
  nodes.push(first);
  for (const name of ['rabbit2', 'rabbit3']) nodes.push(await startRabbitmq({ name, conf, joins: first }));
  return first;
}

async function leaderOf(nodes: readonly Rabbitmq[], through: Rabbitmq): Promise<Rabbitmq> {
  const rows = JSON.parse(await through.ctl(['list_queues', '--formatter', 'json', 'name', 'leader'])) as {
    readonly name: string;
    readonly leader: string;
  }[];
  const leader = rows.find(({ name }) => name === QUEUE)?.leader;
  const node = nodes.find(({ nodeName }) => nodeName === leader);
  if (node === undefined) throw new Error(`no node of ours leads ${QUEUE}, but ${leader}`);
  return node;
}

/** The leader first, then one that follows; each comes back before the next one goes. */
async function loseNodes(stage: Stage): Promise<Observation> {
  const nodes: Rabbitmq[] = [];
  try {
    const first = await startCluster(nodes);
    const disturb = everyRound(async ({ load }) => {
      let longest = 0;
      for (const isLeader of stage.isShort ? [true] : [true, false]) {
        const leader = await leaderOf(nodes, nodes[1] ?? first);
        const victim = isLeader ? leader : nodes.find((node) => node !== leader) ?? leader;
        await victim.kill('SIGKILL');
        longest = Math.max(longest, await load.recovery());
        await load.untilAccepted(SOME);
        await victim.restart();
      }
      return longest;
    });
    const config = { 'rabbitmq-address': nodes.map(({ url }) => url).join(',') };
    return await playCore({ stage, broker: first, queue: QUEUE, effect: 'refuses', config, disturb });
  } finally {
    // Nodes that are stopped one after the other wait for each other.
    for (const node of nodes) await node.kill('SIGKILL');
    for (const node of nodes.toReversed()) await node.stop();
  }
}

/** In the order in which they run. */
export const CLUSTER_SCENARIOS: readonly Scenario[] = [
  { name: 'cluster', title: 'three nodes, quorum queue: its leader, then a follower killed (-9)', run: loseNodes },
];
