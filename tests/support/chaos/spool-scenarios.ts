// Chaos scenarios with `spool: on`: the faults that refuse clients elsewhere, and here every message gets its 250.
import { setTimeout as sleep } from 'node:timers/promises';
import { everyRound, type Play, playCore } from './core.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';
import { drained, ON_ITS_WAY } from './spooled.ts';

// Accepted while RabbitMQ is away.
const SPOOLED = 200;
const KILLS = 3;

interface Fault {
  readonly begin: (play: Play) => Promise<unknown>;
  readonly end: (play: Play) => Promise<unknown>;
}

const STOPPED: Fault = { begin: ({ broker }) => broker.down(), end: ({ broker }) => broker.restart() };
const KILLED: Fault = { begin: ({ broker }) => broker.kill('SIGKILL'), end: ({ broker }) => broker.restart() };
const FROZEN: Fault = { begin: ({ broker }) => broker.kill('SIGSTOP'), end: ({ broker }) => broker.kill('SIGCONT') };
const ALARM: Fault = {
  begin: ({ broker }) => broker.ctl(['set_vm_memory_high_watermark', '0.0001']),
  end: ({ broker }) => broker.ctl(['set_vm_memory_high_watermark', '0.6']),
};

/** One fault after the other; none is ended before the spool has taken what came meanwhile. */
async function spoolThrough(stage: Stage, threads: number): Promise<Observation> {
  const faults = stage.isShort ? [KILLED, FROZEN] : [STOPPED, KILLED, FROZEN, ALARM];
  const disturb = everyRound(async (play) => {
    let longest = 0;
    for (const { begin, end } of faults) {
      const started = play.gateway.events('spool.started').length;
      await begin(play);
      try {
        await play.gateway.event('spool.started', started + 1);
        await play.load.untilAccepted(SPOOLED);
      } finally {
        await end(play);
      }
      longest = Math.max(longest, await drained(play));
    }
    return longest;
  });
  return await playCore({
    stage,
    queue: `chaos-spool-${threads}`,
    effect: 'nothing',
    allowed: { duplicates: ON_ITS_WAY * faults.length * stage.rounds, why: 'on their way when RabbitMQ went' },
    config: { 'spool': 'on', 'smtp-threads': threads },
    disturb,
  });
}

/** The gateway dies while it spools, and while it drains. */
async function killSpooling(stage: Stage): Promise<Observation> {
  const { random } = stage;
  const disturb = everyRound(async (play) => {
    await play.broker.kill('SIGKILL');
    try {
      for (let kill = 0; kill < KILLS; kill++) {
        await play.load.untilAccepted(20 + random.below(SPOOLED));
        await play.gateway.end('SIGKILL');
        await play.startAgain();
      }
      await play.load.untilAccepted(SPOOLED);
    } finally {
      await play.broker.restart();
    }
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(random.below(400));
      await play.gateway.end('SIGKILL');
      await play.startAgain();
    }
    return await drained(play);
  });
  return await playCore({
    stage,
    queue: 'chaos-spool-killed',
    effect: 'cuts',
    allowed: { duplicates: ON_ITS_WAY * (KILLS + 1) * stage.rounds, why: 'being drained when the gateway died' },
    config: { spool: 'on' },
    disturb,
  });
}

/** In the order in which they run. */
export const SPOOL_SCENARIOS: readonly Scenario[] = [
  ...[1, 2].map((threads): Scenario => ({
    name: `spool-${threads}`,
    title: `\`spool: on\`, ${threads} worker${threads > 1 ? 's' : ''}: RabbitMQ stopped, killed, frozen, in alarm`,
    isLong: threads === 1,
    run: (stage) => spoolThrough(stage, threads),
  })),
  { name: 'spool-killed', title: '`spool: on`: gateway killed (-9) while it spools and drains', run: killSpooling },
];
