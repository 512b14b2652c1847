// What the workers of a gateway say about themselves, put together in the first process.

import type { OutletHealth } from '../queue/outlet.ts';
import type { Family } from '../telemetry/metrics.ts';
import { sumTotals } from '../telemetry/sum-totals.ts';
import type { LookOptions, ProcessReport } from './overview.ts';
import type { WorkerProcess } from './worker-process.ts';

/** A worker as this needs it. */
export type ReportingWorker = Pick<WorkerProcess, 'number' | 'isRunning' | 'totals' | 'report' | 'exit'>;

/** The workers at one moment. */
export interface WorkersOverview {
  readonly health: OutletHealth;
  readonly families: readonly (readonly Family[])[];
  /** Workers by whether they answered, did not in time, or are not there. */
  readonly running: number;
  readonly silent: number;
  readonly down: number;
}

// Whoever scrapes, or checks the health, waits a few seconds at most; a worker that is busy so long takes no mail either.
const ANSWER_MS = 1000;

/** Collects the reports. */
export class WorkerReports {
  readonly #count: number;
  readonly #answerMs: number;
  readonly #workers = new Set<ReportingWorker>();
  /** What workers that have ended had counted. */
  #departed: readonly Family[] = [];

  constructor({ count, answerMs = ANSWER_MS }: { readonly count: number; readonly answerMs?: number }) {
    this.#count = count;
    this.#answerMs = answerMs;
  }

  /** Listens to a worker to its end. */
  add(worker: ReportingWorker): void {
    this.#workers.add(worker);
    void worker.exit.then(() => {
      this.#workers.delete(worker);
      this.#departed = sumTotals(this.#departed, worker.totals);
    });
  }

  /** Asks all; those that do not answer in time are there with what they last said they had counted. */
  async look(what: LookOptions): Promise<WorkersOverview> {
    const answers = await this.#ask(what);
    const numbers = new Set<number>();
    const families = [this.#departed];
    const healths: OutletHealth[] = [];
    let silent = 0;
    for (const worker of this.#workers) {
      const answer = answers.get(worker);
      families.push(answer === undefined || !what.metrics ? worker.totals : answer.families);
      if (!worker.isRunning) continue;
      numbers.add(worker.number);
      if (answer === undefined) silent++;
      else healths.push(answer.health);
    }
    const down = Array.from({ length: this.#count }, (_, index) => index + 1).filter((number) => !numbers.has(number));
    const reasons = [
      ...new Set(healths.flatMap((health) => health.reasons)),
      ...down.map((number) => `worker ${number} is not running`),
      ...(silent === 0 ? [] : [`${silent} of the workers did not answer in time`]),
    ];
    // A worker that is started again, or busy, leaves the gateway to the others; what one says of the queue is true of all.
    const ready = healths.length > 0 && healths.every((health) => health.ready);
    return { health: { ready, reasons }, families, running: healths.length, silent, down: down.length };
  }

  async #ask(what: LookOptions): Promise<ReadonlyMap<ReportingWorker, ProcessReport>> {
    const answers = new Map<ReportingWorker, ProcessReport>();
    const asked = [...this.#workers].filter((worker) => worker.isRunning).map(async (worker) => {
      const report = await worker.report(what);
      if (report !== undefined) answers.set(worker, report);
    });
    const late = Promise.withResolvers<void>();
    const deadline = setTimeout(late.resolve, this.#answerMs);
    await Promise.race([Promise.all(asked), late.promise]);
    clearTimeout(deadline);
    return new Map(answers);
  }
}
