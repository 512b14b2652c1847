// Runs a long computation in short slices, so that a password hash never holds up the sessions of the gateway.

import { performance } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';

/** A computation that yields at least once a millisecond and ends with its result. */
export type Steps<T> = Generator<void, T, void>;

// Short enough that a session notices nothing, long enough that the way round the event loop costs little.
const SLICE_MS = 2;

/** The result of the steps; rejects with the signal's reason as soon as it aborts. */
export async function runInSlices<T>(steps: Steps<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    signal.throwIfAborted();
    const end = performance.now() + SLICE_MS;
    do {
      const step = steps.next();
      if (step.done === true) return step.value;
    } while (performance.now() < end);
    await setImmediate();
  }
}
