// Estimates what more cores bring: a small simulation of workers, a broker and its queue, fed with measured times.

/** CPU time of one message, in microseconds. */
export interface MessageCost {
  /** In a worker, which does one thing at a time. */
  readonly gatewayUs: number;
  /** In the broker, which does one thing at a time for one queue. */
  readonly queueUs: number;
}

/** What the simulation is run with. */
export interface Plant {
  readonly cores: number;
  readonly workers: number;
  /** At the same time; each has one message on its way. */
  readonly sessions: number;
  readonly messages?: number;
}

interface Step {
  /** The one who does it, one step at a time: a worker, or the queue. */
  readonly by: number;
  readonly us: number;
}

interface Job {
  readonly worker: number;
  steps: Step[];
}

/** Messages a second in the long run. Times vary around their mean as those of independent requests do. */
export function simulateRate(cost: MessageCost, { cores, workers, sessions, messages = 10_000 }: Plant): number {
  const random = createRandom();
  const vary = (us: number) => -Math.log(1 - random()) * us;
  const queue = workers;
  const toSteps = (worker: number): Step[] => [
    { by: worker, us: vary(cost.gatewayUs) },
    { by: queue, us: vary(cost.queueUs) },
  ];
  const waiting = Array.from({ length: sessions }, (_, index): Job => {
    const worker = index % workers;
    return { worker, steps: toSteps(worker) };
  });
  const running: { readonly job: Job; readonly step: Step; readonly endUs: number }[] = [];
  const busy = new Set<number>();
  let [nowUs, done] = [0, 0];
  while (done < messages) {
    for (let at = 0; at < waiting.length && running.length < cores;) {
      const job = waiting[at];
      const step = job?.steps[0];
      if (job === undefined || step === undefined || busy.has(step.by)) {
        at++;
        continue;
      }
      waiting.splice(at, 1);
      busy.add(step.by);
      running.push({ job, step, endUs: nowUs + step.us });
    }
    running.sort((a, b) => a.endUs - b.endUs);
    const ended = running.shift();
    if (ended === undefined) break;
    nowUs = ended.endUs;
    busy.delete(ended.step.by);
    const { job } = ended;
    job.steps = job.steps.slice(1);
    if (job.steps.length === 0) {
      done++;
      job.steps = toSteps(job.worker);
    }
    waiting.push(job);
  }
  return done / nowUs * 1e6;
}

/** The same numbers every time (a linear congruential generator), so that an estimate can be repeated. */
function createRandom(): () => number {
  let state = 1n;
  return () => {
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    return Number(state >> 11n) / 2 ** 53;
  };
}
