// Keeps the workers of a gateway running: starts them, starts again what crashed, and ends them in order.

import type { Log } from '../telemetry/log.ts';
import type { Arrival } from './door-relay.ts';
import type { WorkerExit, WorkerProcess } from './worker-process.ts';

/** What the pool needs. */
export interface WorkerPoolOptions {
  readonly count: number;
  /** Starts the worker of that number, from 1. */
  readonly start: (number: number) => WorkerProcess;
  readonly log: Log;
  /** Milliseconds before a crashed worker is started again, by how often it has crashed in a row. */
  readonly restartDelayMs?: (crashes: number) => number;
}

/** How workers are ended. */
export interface DrainOptions {
  readonly signal: string;
  /** Milliseconds after which what is left is killed. */
  readonly limitMs: number;
}

const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 30_000;
// A worker that has run this long did not crash because of how it was started.
const HEALTHY_MS = 60_000;

/** Each crash in a row doubles the wait. */
export function toRestartDelay(crashes: number): number {
  return Math.min(FIRST_RESTART_MS * 2 ** Math.max(crashes - 1, 0), LONGEST_RESTART_MS);
}

/** The workers. */
export class WorkerPool {
  readonly #options: WorkerPoolOptions;
  readonly #workers = new Map<number, WorkerProcess>();
  readonly #restarts = new Map<number, NodeJS.Timeout>();
  #lastServed = 0;
  #isDraining = false;

  constructor(options: WorkerPoolOptions) {
    this.#options = options;
  }

  /**
   * Starts all workers and resolves with what the first one says about its doors. The first is alone at first: it creates
   * what is missing, and says what is wrong. Rejects when one of them does not come up; the others are killed then.
   */
  async start(): Promise<readonly string[]> {
    const { count } = this.#options;
    try {
      const lines = await this.#startFirst(1);
      await Promise.all(Array.from({ length: count - 1 }, (_, index) => this.#startFirst(index + 2)));
      return lines;
    } catch (error) {
      this.#stopRestarts();
      this.kill();
      await Promise.all([...this.#workers.values()].map((worker) => worker.exit));
      throw error;
    }
  }

  /** Hands a connection to the worker with the fewest on their way, in turn; false when there is none. */
  handOver(arrival: Arrival): boolean {
    const { count } = this.#options;
    let best: WorkerProcess | undefined;
    for (let step = 1; step <= count; step++) {
      const worker = this.#workers.get((this.#lastServed + step - 1) % count + 1);
      if (worker?.arrivals === undefined) continue;
      if (best?.arrivals === undefined || worker.arrivals < best.arrivals) best = worker;
    }
    if (best === undefined) return false;
    this.#lastServed = best.number;
    best.take(arrival);
    return true;
  }

  /** Passes a signal on to all. */
  signal(name: NodeJS.Signals): void {
    for (const worker of this.#workers.values()) worker.signal(name);
  }

  /** Resolves when all workers have ended; true when each of them did so in order. */
  async drain({ signal, limitMs }: DrainOptions): Promise<boolean> {
    this.#stopRestarts();
    for (const worker of this.#workers.values()) worker.drain(signal);
    const deadline = setTimeout(() => this.kill(), limitMs);
    const exits = await Promise.all([...this.#workers.values()].map((worker) => worker.exit));
    clearTimeout(deadline);
    return exits.every(({ code }) => code === 0);
  }

  /** Ends all at once. */
  kill(): void {
    for (const worker of this.#workers.values()) worker.kill();
  }

  /** Resolves when the worker is ready; rejects when it ends before. */
  async #startFirst(number: number): Promise<readonly string[]> {
    const worker = this.#start(number, 0);
    const ended = worker.exit.then((exit) => {
      throw new Error(exit.reason ?? `Worker ${number} ended before it was ready (${exit.signal ?? exit.code})`);
    });
    return await Promise.race([worker.ready, ended]);
  }

  #start(number: number, crashes: number): WorkerProcess {
    const { start, log } = this.#options;
    const worker = start(number);
    const startedAt = performance.now();
    this.#workers.set(number, worker);
    let isReady = false;
    void worker.ready.then(() => {
      isReady = true;
      log.emit('worker.started', { worker: number, pid: worker.pid });
    });
    void worker.exit.then((exit) => {
      // A gateway that does not come up says so itself.
      if (crashes === 0 && !isReady) return;
      const isHealthy = performance.now() - startedAt >= HEALTHY_MS;
      this.#replace(worker, { exit, crashes: isHealthy ? 1 : crashes + 1 });
    });
    return worker;
  }

  #replace(worker: WorkerProcess, { exit, crashes }: { readonly exit: WorkerExit; readonly crashes: number }): void {
    const { log, restartDelayMs = toRestartDelay } = this.#options;
    if (this.#isDraining && exit.code === 0) return;
    const { number, pid } = worker;
    const fields = { worker: number, pid, code: exit.code, signal: exit.signal, reason: exit.reason };
    if (this.#isDraining) return log.emit('worker.exited', fields);
    const delayMs = restartDelayMs(crashes);
    log.emit('worker.exited', { ...fields, restartMs: delayMs });
    this.#workers.delete(number);
    this.#restarts.set(
      number,
      setTimeout(() => {
        this.#restarts.delete(number);
        this.#start(number, crashes);
      }, delayMs),
    );
  }

  #stopRestarts(): void {
    this.#isDraining = true;
    for (const timer of this.#restarts.values()) clearTimeout(timer);
  }
}
