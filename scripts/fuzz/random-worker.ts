// A worker of the fuzz run: gives one target its inputs, and leaves word of the one it is at, should it hang or die.
import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzTarget } from '../../tests/fuzz/fuzz-target.ts';
import { createRandom } from '../../tests/support/random.ts';
import type { WorkerTask } from './run-target.ts';

const { module, index, seed, rounds, at } = workerData as WorkerTask;
const { TARGETS } = await import(module) as { readonly TARGETS: readonly FuzzTarget[] };
const target = TARGETS[index];
if (target === undefined) throw new Error(`No target ${index} in ${module}`);
for (let round = 0; round < rounds; round++) {
  Atomics.store(at, 0, round);
  try {
    await target.check(createRandom(seed + round));
  } catch (error) {
    parentPort?.postMessage({ seed: seed + round, error: error instanceof Error ? error.stack : String(error) });
  }
}
Atomics.store(at, 0, rounds);
