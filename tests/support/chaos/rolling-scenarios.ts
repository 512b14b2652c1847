// The chaos scenario of a deployment: two gateways behind a real HAProxy are restarted one after the other under load. No
// transaction fails; a session may be told 421 between two of them.
import { readFileSync } from 'node:fs';
import { drainQueue } from '../amqp-drain.ts';
import { freePorts } from '../free-port.ts';
import { type Gateway, type GatewayOptions, removeGateway, startGateway } from '../gateway.ts';
import { type Haproxy, startHaproxy } from '../haproxy.ts';
import { ChaosLoad } from './load.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';

const QUEUE = 'chaos-rolling';
// Accepted between two restarts.
const SOME = 400;
const UP_MS = 30_000;
const BACKENDS = ['mailchute', 'mailchute-api'] as const;

type Ports = Gateway['ports'];

/** What docs/haproxy.md says, for SMTP and for HTTP, with the addresses and ports of here and impatient checks. */
function configure(front: Ports, [first, second]: readonly [Ports, Ports]): string {
  const page = readFileSync(new URL('../../../docs/haproxy.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/```haproxy\n([^]*?)```/g)].map(([, block = '']) => block);
  const api = blocks.find((block) => block.includes('frontend api\n'));
  if (blocks[0] === undefined || api === undefined) throw new Error('docs/haproxy.md has other blocks than it had');
  return `${blocks[0]}\n${api}`
    .replace('192.0.2.10:25', `127.0.0.1:${front.smtp}`)
    .replace(/192\.0\.2\.10:443 ssl crt \S+/, `127.0.0.1:${front.http}`)
    .replace('10.0.0.11:25', `127.0.0.1:${first.smtp}`)
    .replace('10.0.0.12:25', `127.0.0.1:${second.smtp}`)
    .replace('10.0.0.11:8485', `127.0.0.1:${first.http}`)
    .replace('10.0.0.12:8485', `127.0.0.1:${second.http}`)
    .replaceAll('inter 5s', 'inter 300ms');
}

/** Resolves when HAProxy sends connections to a server again, at both doors. */
function untilUp(haproxy: Haproxy, server: string): Promise<void> {
  return haproxy.until(/^UP$/, { backends: BACKENDS, server, withinMs: UP_MS });
}

interface Site {
  readonly settings: GatewayOptions;
  readonly gateways: [Gateway, Gateway];
  readonly haproxy: Haproxy;
  readonly load: ChaosLoad;
}

/** Restarts both, one after the other; resolves to the longest time without one of them. */
async function restartBoth({ settings, gateways, haproxy, load }: Site): Promise<number> {
  let longest = 0;
  for (const index of [0, 1] as const) {
    const { directory, ports } = gateways[index];
    const startedAt = performance.now();
    const { code } = await gateways[index].end();
    if (code !== 0) throw new Error(`a gateway ended with ${code}`);
    gateways[index] = await startGateway({ ...settings, directory, ports });
    await untilUp(haproxy, `mx${index + 1}`);
    longest = Math.max(longest, performance.now() - startedAt);
    await load.untilAccepted(SOME);
  }
  return longest;
}

async function restartRolling(stage: Stage): Promise<Observation> {
  const settings: GatewayOptions = {
    config: {
      'rabbitmq-address': stage.broker.url,
      'rabbitmq-inbox': QUEUE,
      'smtp-proxy': '127.0.0.1',
      'smtp-range': '127.0.0.0/8',
      'http-forwarded': '127.0.0.1',
      'http-range': '127.0.0.0/8',
    },
  };
  const gateways: [Gateway, Gateway] = [await startGateway(settings), await startGateway(settings)];
  const [smtp = 0, http = 0] = await freePorts(2);
  let haproxy: Haproxy | undefined;
  let load: ChaosLoad | undefined;
  try {
    haproxy = await startHaproxy(configure({ smtp, http }, [gateways[0].ports, gateways[1].ports]));
    for (const name of ['mx1', 'mx2']) await untilUp(haproxy, name);
    load = new ChaosLoad({ ports: { smtp, http }, sessions: 8, clients: 4 });
    await load.untilAccepted(SOME);
    let recoveredMs = 0;
    for (let round = 0; round < stage.rounds; round++) {
      recoveredMs = Math.max(recoveredMs, await restartBoth({ settings, gateways, haproxy, load }));
    }
    const report = await load.stop();
    const stored = (await drainQueue(stage.broker.url, QUEUE)).map(({ id }) => id);
    return { report, stored, recoveredMs, effect: 'nothing' };
  } finally {
    await load?.stop();
    await haproxy?.stop();
    await Promise.all(gateways.map(removeGateway));
  }
}

/** In the order in which they run. */
export const ROLLING_SCENARIOS: readonly Scenario[] = [
  { name: 'rolling', title: 'two gateways behind HAProxy restarted in turn', run: restartRolling },
];
