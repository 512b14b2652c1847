// Runs one fuzz target in a worker thread, so that an input that never ends can be told and ended.
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { join } from 'node:path';

/** What the worker is told. */
export interface WorkerTask {
  /** URL of a module that exports TARGETS, and the place of one of them there. */
  readonly module: string;
  readonly index: number;
  /** Of the first input; each further input has the next one. */
  readonly seed: number;
  readonly rounds: number;
  /** The round that the worker is at. */
  readonly at: Int32Array<SharedArrayBuffer>;
}

/** What to run. */
export interface TargetRun extends Pick<WorkerTask, 'module' | 'index' | 'seed' | 'rounds'> {
  /** Milliseconds that one input may take. */
  readonly guardMs: number;
}

/** What came out. */
export interface TargetOutcome {
  readonly inputs: number;
  /** Each with the seed that brings it back; at most MAX_FAULTS. */
  readonly faults: readonly { readonly seed: number; readonly error: string }[];
}

const MAX_FAULTS = 5;
const LOOKS_PER_GUARD = 10;

/** Runs it to its end, to the first input that takes too long, or to too many faults. */
export async function runTarget({ guardMs, ...task }: TargetRun): Promise<TargetOutcome> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  const faults: { readonly seed: number; readonly error: string }[] = [];
  const workerData: WorkerTask = { ...task, at };
  const worker = new Worker(pathToFileURL(join(import.meta.dirname, 'random-worker.ts')), { workerData });
  const { promise, resolve } = Promise.withResolvers<void>();
  const fail = (error: string, seed = task.seed + Atomics.load(at, 0)) => {
    faults.push({ seed, error });
    if (faults.length >= MAX_FAULTS) resolve();
  };
  worker.on('message', ({ seed, error }: { seed: number; error: string }) => fail(error, seed));
  worker.on('error', (error) => {
    fail(`the worker died: ${error}`);
    resolve();
  });
  worker.on('exit', () => resolve());
  const watch = watchProgress(at, guardMs, () => {
    fail(`no end within ${guardMs} ms`);
    resolve();
  });
  await promise;
  clearInterval(watch);
  await worker.terminate();
  return { inputs: Math.min(Atomics.load(at, 0), task.rounds), faults };
}

/** Calls back when the round has been the same for too long; starting up counts as the first round. */
function watchProgress(at: Int32Array, guardMs: number, onHang: () => void): NodeJS.Timeout {
  let last = -1;
  let looks = 0;
  return setInterval(() => {
    const now = Atomics.load(at, 0);
    looks = now === last ? looks + 1 : 0;
    last = now;
    if (looks === LOOKS_PER_GUARD) onHang();
  }, guardMs / LOOKS_PER_GUARD);
}
