// Long computations and the event loop.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { runInSlices, type Steps } from '../../../src/auth/crypt/run-in-slices.ts';

const never = new AbortController().signal;

function* spin(ms: number): Steps<string> {
  const end = performance.now() + ms;
  while (performance.now() < end) yield;
  return 'done';
}

test('runInSlices() gives the result of the steps', async () => {
  assert.equal(await runInSlices(spin(0), never), 'done');
});

test('runInSlices() lets timers run while it computes', async () => {
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  await runInSlices(spin(100), never);
  clearInterval(timer);
  assert.ok(ticks >= 3, `${ticks} ticks`);
});

test('runInSlices() stops between two slices when the signal aborts', async () => {
  const controller = new AbortController();
  let steps = 0;
  function* endless(): Steps<void> {
    for (;;) {
      steps++;
      yield;
    }
  }
  setTimeout(() => controller.abort(new Error('enough')), 5);
  await assert.rejects(runInSlices(endless(), controller.signal), /enough/);
  assert.ok(steps > 0);
});

test('runInSlices() passes on what the steps throw', async () => {
  function* broken(): Steps<void> {
    yield;
    throw new RangeError('broken');
  }
  await assert.rejects(runInSlices(broken(), never), RangeError);
});
