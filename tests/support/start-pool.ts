// A pool of workers that do as a test says, with everything the first process of a gateway has.
import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { DoorRelay } from '../../src/commands/door-relay.ts';
import { createGrantor } from '../../src/commands/hold-keeper.ts';
import { WorkerPool } from '../../src/commands/worker-pool.ts';
import { WorkerProcess } from '../../src/commands/worker-process.ts';
import { createLoginThrottle } from '../../src/auth/login-throttle.ts';
import { ConnectionCounts } from '../../src/net/connection-counts.ts';
import { SessionPlaces } from '../../src/net/session-places.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { ampleRoom } from './rooms.ts';
import { SmtpClient } from './smtp-client.ts';

/** What a test may choose. */
export interface PoolOptions {
  readonly count?: number;
  /** What each worker is like, by how many were started before; 'obeys' when left out. */
  readonly mode?: (started: number) => string;
}

/** The pool in a test's hands. */
export interface StartedPool {
  readonly pool: WorkerPool;
  readonly relay: DoorRelay;
  readonly log: RecordingLog;
  /** In the order in which they were started. */
  readonly children: readonly ChildProcess[];
  readonly workers: readonly WorkerProcess[];
  readonly places: SessionPlaces;
  readonly counts: ConnectionCounts;
  /** Sends a signal to the worker that was started as that one, from 0. */
  kill(index: number, signal: NodeJS.Signals): void;
  /** Everything the workers wrote to stdout. */
  readonly output: () => string;
  start(): Promise<{ readonly port: number; readonly httpPort: number }>;
  /** Connects to a worker; closed with the test. */
  connect(port: number): Promise<SmtpClient>;
}

/** Prepares a pool; its workers are killed when the test ends. */
export function preparePool(context: TestContext, { count = 2, mode = () => 'obeys' }: PoolOptions = {}): StartedPool {
  const log = createRecordingLog();
  const limits = {
    places: new SessionPlaces({ limit: 2, waitMs: 60_000 }),
    httpPlaces: new SessionPlaces({ limit: 2, waitMs: 0 }),
    counts: new ConnectionCounts(2),
    throttle: createLoginThrottle({ freeFailures: 1, maxFailures: 2 }),
    room: ampleRoom(),
  };
  const children: ChildProcess[] = [];
  const workers: WorkerProcess[] = [];
  let output = '';
  const relay = new DoorRelay({ log, handOver: (arrival) => pool.handOver(arrival) });
  const start = (number: number) => {
    const program = resolve(import.meta.dirname ?? '.', '../commands/worker-program.ts');
    const child = fork(program, [mode(children.length)], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
    child.stdout?.setEncoding('utf8').on('data', (text: string) => output += text);
    children.push(child);
    const welcome = { worker: number, workers: count, files: [] };
    const look = () => Promise.resolve({ health: { ready: true, reasons: ['the whole gateway'] } });
    const worker = new WorkerProcess({ child, welcome, relay, grant: createGrantor(limits), look });
    workers.push(worker);
    return worker;
  };
  const pool = new WorkerPool({ count, start, log, restartDelayMs: () => 1 });
  context.after(async () => {
    relay.close();
    pool.kill();
    await pool.drain({ signal: 'SIGTERM', limitMs: 0 });
  });
  return {
    pool,
    relay,
    log,
    children,
    workers,
    ...limits,
    kill(index, signal) {
      const pid = children[index]?.pid;
      if (pid === undefined) throw new Error(`no worker was started as number ${index}`);
      process.kill(pid, signal);
    },
    output: () => output,
    async start() {
      const [port, httpPort] = await pool.start();
      return { port: Number(port), httpPort: Number(httpPort) };
    },
    async connect(port) {
      const client = await SmtpClient.connect(port);
      context.after(() => client.close());
      return client;
    },
  };
}

const DEADLINE_MS = 20_000;

/** Resolves when the condition holds: other processes tell this one nothing about it. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`${DEADLINE_MS} ms without ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
