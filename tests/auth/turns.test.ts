// The bound on how much happens at the same time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../src/auth/turns.ts';

const never = new AbortController().signal;

/** A piece of work that ends when it is told to. */
function createWork() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const work = { started: false, finish: () => resolve('done'), run: () => (work.started = true, promise) };
  return work;
}

test('Turns runs so many at a time, first come, first served', async () => {
  const turns = new Turns({ running: 2, waiting: 10 });
  const works = [createWork(), createWork(), createWork(), createWork()];
  const results = works.map((work) => turns.take(never, work.run));
  await Promise.resolve();
  assert.deepEqual(works.map(({ started }) => started), [true, true, false, false]);
  works[1]?.finish();
  assert.equal(await results[1], 'done');
  await new Promise(setImmediate);
  assert.deepEqual(works.map(({ started }) => started), [true, true, true, false]);
  for (const work of works) work.finish();
  assert.deepEqual(await Promise.all(results), ['done', 'done', 'done', 'done']);
});

test('Turns turns away what would wait too far back', async () => {
  const turns = new Turns({ running: 1, waiting: 1 });
  const [first, second] = [createWork(), createWork()];
  const results = [turns.take(never, first.run), turns.take(never, second.run)];
  await assert.rejects(turns.take(never, async () => 'never'), /too many logins are waiting/);
  first.finish();
  second.finish();
  await Promise.all(results);
});

test('Turns goes on after work that failed', async () => {
  const turns = new Turns({ running: 1, waiting: 1 });
  await assert.rejects(turns.take(never, () => Promise.reject(new Error('broken'))), /broken/);
  assert.equal(await turns.take(never, async () => 'fine'), 'fine');
});

test('Turns gives a place that was given up to the next', async () => {
  const turns = new Turns({ running: 1, waiting: 2 });
  const first = createWork();
  const running = turns.take(never, first.run);
  const controller = new AbortController();
  const impatient = turns.take(controller.signal, async () => 'never');
  const patient = turns.take(never, async () => 'patient');
  controller.abort(new Error('gone'));
  await assert.rejects(impatient, /gone/);
  first.finish();
  assert.deepEqual(await Promise.all([running, patient]), ['done', 'patient']);
});
