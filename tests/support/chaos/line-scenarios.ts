// Chaos scenarios of the line between gateway and broker: it fails at every step of the protocol, in every way.
import { drained, ON_ITS_WAY } from './spooled.ts';
import { everyRound, playCore } from './core.ts';
import { FrameProxy, LINE_FAULTS, type LineFault } from './frame-proxy.ts';
import { STEPS } from './frame-steps.ts';
import type { Observation, Scenario, Stage } from './scenario.ts';

// A connection that failed waits for up to five seconds before the next attempt: several get through all faults in time.
const PUBLISHERS = 12;
const STRUCK_MS = 120_000;

/** Every kind of fault at every step, in random order. */
function listFaults({ random }: Stage): LineFault[] {
  const faults = STEPS.flatMap((step) => LINE_FAULTS.map((kind): LineFault => ({ step, kind })));
  return faults.map((fault) => ({ fault, place: random.below(2 ** 30) }))
    .sort((one, other) => one.place - other.place).map(({ fault }) => fault);
}

/** Rejects when a fault's step is never reached: a connection that does not come back, most likely. */
async function strikeAll(proxy: FrameProxy, faults: readonly LineFault[]): Promise<void> {
  const late = Promise.withResolvers<never>();
  const fail = () => late.reject(new Error(`the line did not come to ${JSON.stringify(proxy.open)}`));
  const timer = setTimeout(fail, STRUCK_MS);
  await Promise.race([proxy.strike(faults), late.promise]);
  clearTimeout(timer);
}

async function breakLine(stage: Stage, spool: 'on' | 'off'): Promise<Observation> {
  const proxy = await new FrameProxy(stage.broker.port).listen();
  const disturb = everyRound(async (play) => {
    await strikeAll(proxy, listFaults(stage));
    const recoveredMs = await play.load.recovery();
    return spool === 'on' ? await drained(play) : recoveredMs;
  });
  const config = {
    'rabbitmq-address': stage.broker.url.replace(`:${stage.broker.port}`, `:${proxy.port}`),
    'rabbitmq-publishers': PUBLISHERS,
    spool,
  };
  const isSpooled = spool === 'on' && {
    effect: 'nothing' as const,
    allowed: {
      duplicates: ON_ITS_WAY * STEPS.length * LINE_FAULTS.length * stage.rounds,
      why: 'on their way when the line failed',
    },
  };
  try {
    return await playCore({
      stage,
      queue: `chaos-line-spool-${spool}`,
      effect: 'refuses',
      config,
      disturb,
      ...isSpooled,
    });
  } finally {
    await proxy.close();
  }
}

/** In the order in which they run. */
export const LINE_SCENARIOS: readonly Scenario[] = [
  {
    name: 'line',
    title: `line cut, torn, half-closed or delayed at each of ${STEPS.length} steps of AMQP`,
    run: (stage) => breakLine(stage, 'off'),
  },
  { name: 'line-spooled', title: 'the same with `spool: on`', isLong: true, run: (stage) => breakLine(stage, 'on') },
];
