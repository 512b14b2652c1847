// Jobs side by side: results in the order of their beginning, and never more than the bounds allow.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OrderedRun } from '../../src/http/ordered-run.ts';

/** Jobs that finish when told to. */
function createJobs(run: OrderedRun) {
  const finish = new Map<string, () => void>();
  return {
    begun: () => [...finish.keys()],
    begin: (name: string, bytes = 1) =>
      run.begin(bytes, () => new Promise((resolve) => finish.set(name, () => resolve(name)))),
    finish: (...names: string[]) => names.forEach((name) => finish.get(name)?.()),
  };
}

/** Lets everything run that can. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('OrderedRun hands out results in order, together where several are there', async () => {
  const run = new OrderedRun({ maxJobs: 10, maxBytes: 100 });
  const jobs = createJobs(run);
  for (const name of ['a', 'b', 'c', 'd']) await jobs.begin(name);
  jobs.finish('c', 'b');
  await settle();
  assert.equal(run.hasResult, false);
  jobs.finish('a');
  assert.equal(await run.take(), 'abc');
  const last = run.take();
  run.end();
  assert.equal(run.isIdle, false);
  jobs.finish('d');
  assert.equal(await last, 'd');
  assert.equal(await run.take(), undefined);
  assert.equal(run.isIdle, true);
});

test('OrderedRun begins no job more than its bound, until a result is taken', async () => {
  const run = new OrderedRun({ maxJobs: 2, maxBytes: 100 });
  const jobs = createJobs(run);
  void jobs.begin('a');
  void jobs.begin('b');
  const third = jobs.begin('c');
  jobs.finish('a', 'b');
  await settle();
  assert.deepEqual(jobs.begun(), ['a', 'b']);
  assert.equal(await run.take(), 'ab');
  await third;
  assert.deepEqual(jobs.begun(), ['a', 'b', 'c']);
});

test('OrderedRun bounds the bytes of unfinished jobs, and lets a larger one run alone', async () => {
  const run = new OrderedRun({ maxJobs: 10, maxBytes: 10 });
  const jobs = createJobs(run);
  await jobs.begin('a', 6);
  const second = jobs.begin('b', 6);
  await settle();
  assert.deepEqual(jobs.begun(), ['a']);
  jobs.finish('a');
  await second;
  const large = jobs.begin('c', 1000);
  jobs.finish('b');
  await large;
  assert.deepEqual(jobs.begun(), ['a', 'b', 'c']);
});

test('OrderedRun begins nothing after it was abandoned', async () => {
  const run = new OrderedRun({ maxJobs: 1, maxBytes: 10 });
  const jobs = createJobs(run);
  await jobs.begin('a');
  const waiting = jobs.begin('b');
  run.abandon();
  await waiting;
  await jobs.begin('c');
  assert.deepEqual(jobs.begun(), ['a']);
});
