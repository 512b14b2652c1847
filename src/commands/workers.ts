// The first process of a gateway with workers: it reads no mail, but opens the ports, counts for all, and keeps order.

import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import process from 'node:process';
import type { Config } from '../config/keys.ts';
import { lockQueueFile } from '../queue/embedded-lock.ts';
import type { Log } from '../telemetry/log.ts';
import type { Meter } from '../telemetry/meter.ts';
import type { Snapshot } from './config-snapshot.ts';
import { DoorRelay } from './door-relay.ts';
import { createLimits } from './gateway-part.ts';
import { createGrantor } from './hold-keeper.ts';
import { openMetrics, toMetricsLines } from './open-metrics.ts';
import { usesQueueFile } from './open-outlet.ts';
import { openWorkersLook } from './open-workers-look.ts';
import { onReload } from './signals.ts';
import { WorkerPool } from './worker-pool.ts';
import { WorkerProcess } from './worker-process.ts';

/** What the workers are started with, and told. */
export interface WorkersOptions {
  readonly count: number;
  /** The configuration's flags, for each worker to read again. */
  readonly argv: readonly string[];
  readonly files: Snapshot;
  readonly log: Log;
  readonly meter: Meter;
}

// What a worker may take after its doors are closed; it bounds the rest of its work itself.
const LEAVE_MS = 10_000;

/** The number of workers (key smtp-threads). */
export function toWorkerCount(threads: Config['smtp-threads']): number {
  return threads === 'auto' ? availableParallelism() : threads;
}

/** Running workers. */
export interface Workers {
  /** The lines that say where the doors are. */
  readonly lines: readonly string[];
  /** Closes the ports; resolves when all workers have ended, true when all did so in order and in time. */
  drain(signal: string): Promise<boolean>;
}

/** Starts the workers; rejects with what one of them says when the gateway cannot open. */
export async function startWorkers(
  config: Config,
  { count, argv, files, log, meter }: WorkersOptions,
): Promise<Workers> {
  // Until the process ends, however it ends. The workers share the file.
  if (usesQueueFile(config)) lockQueueFile(config['queue-path']);
  const grant = createGrantor(createLimits(config));
  const relay = new DoorRelay({ log, handOver: (arrival) => pool.handOver(arrival) });
  let isDraining = false;
  const { look, reports, close } = openWorkersLook(config, { count, meter, isDraining: () => isDraining });
  const start = (number: number) => {
    const welcome = { worker: number, workers: count, files };
    const worker = new WorkerProcess({ child: forkWorker(argv), welcome, relay, grant, look });
    reports.add(worker);
    return worker;
  };
  const pool = new WorkerPool({ count, start, log });
  // Also while some of them are still starting.
  onReload(() => pool.signal('SIGHUP'));
  const lines = await pool.start().catch((error) => {
    relay.close();
    throw error;
  });
  const metrics = await openMetrics({ config, look, log, part: { worker: 0 } }).catch((error) => {
    relay.close();
    pool.kill();
    throw error;
  });
  const limitMs = (config['drain-timeout'] + config['rabbitmq-timeout']) * 1000 + LEAVE_MS;
  return {
    lines: [...lines, ...toMetricsLines(metrics)],
    async drain(signal) {
      isDraining = true;
      // Told a second time, this process ends at once, and so do the workers; left alone, they would go on draining.
      process.once('exit', () => pool.kill());
      relay.close();
      const inOrder = await pool.drain({ signal, limitMs });
      await metrics.close();
      await close();
      return inOrder;
    },
  };
}

function forkWorker(argv: readonly string[]): ReturnType<typeof fork> {
  const options = { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] as ['ignore', 'inherit', 'inherit', 'ipc'] };
  // A single executable is its own script, its first argument is already one of ours, and it has its flags inside.
  if (process.getBuiltinModule('node:sea')?.isSea()) return fork('worker', argv, { ...options, execArgv: [] });
  return fork(process.argv[1] ?? '', ['worker', ...argv], options);
}
