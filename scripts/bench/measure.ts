// Makes one run: sends a load, takes the times of the server's and the broker's processes, and finds what was accepted.
import { performance } from 'node:perf_hooks';
import type { Contender, Load } from './contender.ts';
import { readTree } from './process-tree.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Sample } from './results.ts';

const FIND_DEADLINE_MS = 30_000;
const LOOK_MS = 100;

/** What a run is measured by. */
export interface Meter {
  /** Of RabbitMQ. */
  readonly brokerPid: number;
}

/** Runs the load; rejects when a message that was accepted is not in the store. */
export async function measure(contender: Contender, load: Load, meter: Meter): Promise<Sample> {
  const stored = await contender.store?.count() ?? 0;
  const before = { server: readTree(contender.pid), broker: readTree(meter.brokerPid) };
  const peak = watchMemory(contender.pid);
  const start = performance.now();
  try {
    await contender.send(load);
  } catch (error) {
    throw new Error(`${contender.name} did not take everything`, { cause: error });
  } finally {
    peak.stop();
  }
  const seconds = (performance.now() - start) / 1000;
  const after = { server: readTree(contender.pid), broker: readTree(meter.brokerPid) };
  await findAll(contender, stored + load.messages * (load.recipients ?? 1));
  return {
    rate: load.messages / seconds,
    messages: load.messages,
    cpuUs: (after.server.cpuUs - before.server.cpuUs) / load.messages,
    brokerUs: (after.broker.cpuUs - before.broker.cpuUs) / load.messages,
    rssMb: Math.max(peak.bytes(), after.server.residentBytes) / 1e6,
  };
}

/** A quorum queue tells its length a moment late; fewer than accepted, or more, after all that time is a fault. */
async function findAll({ name, store }: Contender, expected: number): Promise<void> {
  if (store === undefined) return;
  const deadline = Date.now() + FIND_DEADLINE_MS;
  let count = await store.count();
  for (; count < expected && Date.now() < deadline; count = await store.count()) await sleep(LOOK_MS);
  if (count !== expected) throw new Error(`${name}: ${expected} messages were accepted, ${count} are in the queue`);
  await store.clear();
}

function watchMemory(pid: number): { bytes(): number; stop(): void } {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, readTree(pid).residentBytes);
  }, 250);
  return { bytes: () => most, stop: () => clearInterval(timer) };
}
