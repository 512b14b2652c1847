// The core of most chaos scenarios: a gateway under load, a fault, its end, and what is in the queue afterwards.
import { setTimeout as sleep } from 'node:timers/promises';
import { drainQueue } from '../amqp-drain.ts';
import { type Gateway, type GatewayOptions, removeGateway, startGateway } from '../gateway.ts';
import type { Rabbitmq } from '../rabbitmq.ts';
import { ChaosLoad } from './load.ts';
import type { Observation, Stage } from './scenario.ts';

/** What a fault gets to work with. */
export interface Play {
  readonly stage: Stage;
  readonly broker: Rabbitmq;
  readonly load: ChaosLoad;
  readonly queue: string;
  /** The gateway that runs now. */
  gateway: Gateway;
  /** Starts the gateway again, on the ports and files of the one that has ended. */
  readonly startAgain: () => Promise<void>;
  /** Ids that were taken out of the queue on the way. */
  readonly taken: string[];
}

/** How a scenario differs from others. */
export interface CoreOptions extends Pick<Observation, 'effect' | 'allowed'> {
  readonly stage: Stage;
  readonly queue: string;
  readonly broker?: Rabbitmq;
  readonly config?: GatewayOptions['config'];
  /** Resolves to the time to recover, in milliseconds. */
  readonly disturb: (play: Play) => Promise<number>;
}

// Of a gateway whose scenario failed.
const EVENTS_SHOWN = 10;
/** Accepted before a fault, and after it. */
const SOME = 150;
// RabbitMQ 3.10 writes the directory of its quorum queues half a second late: a node killed before that forgets a new queue.
const DECLARED_MS = 2_000;

/** Starts gateway and load, calls `disturb`, which resolves to the time to recover, and looks at both ends. */
export async function playCore(options: CoreOptions): Promise<Observation> {
  const { stage, queue, broker = stage.broker, config, disturb, effect, allowed } = options;
  const settings: GatewayOptions = {
    config: { 'rabbitmq-address': broker.url, 'rabbitmq-inbox': queue, 'rabbitmq-timeout': 3, ...config },
  };
  const gateway = await startGateway(settings);
  const load = new ChaosLoad({ ports: gateway.ports });
  const startAgain = async () => {
    play.gateway = await startGateway({ ...settings, directory: gateway.directory, ports: gateway.ports });
  };
  const play: Play = { stage, broker, load, queue, gateway, startAgain, taken: [] };
  try {
    await Promise.all([load.untilAccepted(SOME), sleep(DECLARED_MS)]);
    const recoveredMs = await disturb(play);
    await load.untilAccepted(SOME);
    const report = await load.stop();
    const { code } = await play.gateway.end();
    if (code !== 0) throw new Error(`the gateway ended with ${code}`);
    const stored = [...play.taken, ...(await drainQueue(broker.url, queue)).map(({ id }) => id)];
    return { report, stored, recoveredMs, effect, ...(allowed && { allowed }) };
  } catch (error) {
    const events = play.gateway.stderr.split('\n').filter((line) => !line.includes('"event":"message.'));
    throw new Error(`${error}\n${events.slice(-EVENTS_SHOWN).join('\n')}`, { cause: error });
  } finally {
    await Promise.all([removeGateway(play.gateway), load.stop()]);
  }
}

/** The same with a fault that happens in every round; resolves to the longest time to recover. */
export function everyRound(once: (play: Play) => Promise<number>): (play: Play) => Promise<number> {
  return async (play) => {
    let longest = 0;
    for (let round = 0; round < play.stage.rounds; round++) {
      if (round > 0) await play.load.untilAccepted(SOME);
      longest = Math.max(longest, await once(play));
    }
    return longest;
  };
}
