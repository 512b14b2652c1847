// The cap on sessions: places in order of arrival, a bounded queue, and waiters that give up.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SessionPlaces } from '../../src/net/session-places.ts';

const never = () => new AbortController().signal;

test('SessionPlaces gives as many places as there are, and counts them', () => {
  const places = new SessionPlaces({ limit: 2, waitMs: 60_000 });
  assert.deepEqual([places.tryEnter(), places.tryEnter(), places.tryEnter()], [true, true, false]);
  assert.equal(places.taken, 2);
  places.leave();
  assert.equal(places.taken, 1);
  assert.equal(places.tryEnter(), true);
});

test('SessionPlaces gives a free place at once to whoever is ready to wait', async () => {
  const places = new SessionPlaces({ limit: 1, waitMs: 60_000 });
  assert.equal(await places.enter(never()), true);
  assert.equal(places.taken, 1);
});

test('SessionPlaces hands places to waiters in order of arrival and nobody overtakes them', async () => {
  const places = new SessionPlaces({ limit: 2, waitMs: 60_000 });
  places.tryEnter();
  places.tryEnter();
  const order: string[] = [];
  const waits = ['first', 'second'].map(async (name) => {
    assert.equal(await places.enter(never()), true);
    order.push(name);
  });
  places.leave();
  assert.equal(places.tryEnter(), false, 'the place belongs to the one who waited');
  await waits[0];
  assert.deepEqual(order, ['first']);
  places.leave();
  await waits[1];
  assert.equal(places.taken, 2);
});

test('SessionPlaces lets as many wait as there are places and refuses the next at once', async () => {
  const places = new SessionPlaces({ limit: 1, waitMs: 60_000 });
  places.tryEnter();
  const waiting = places.enter(never());
  assert.equal(await places.enter(never()), false);
  places.leave();
  assert.equal(await waiting, true);
});

test('SessionPlaces refuses a waiter when the wait is over', async () => {
  const places = new SessionPlaces({ limit: 1, waitMs: 20 });
  places.tryEnter();
  assert.equal(await places.enter(never()), false);
  places.leave();
  assert.equal(places.taken, 0, 'the place did not go to the one who had given up');
});

test('SessionPlaces passes over a waiter that has left', async () => {
  const places = new SessionPlaces({ limit: 2, waitMs: 60_000 });
  places.tryEnter();
  places.tryEnter();
  const gone = new AbortController();
  const first = places.enter(gone.signal);
  const second = places.enter(never());
  gone.abort();
  assert.equal(await first, false);
  places.leave();
  assert.equal(await second, true);
  assert.equal(await places.enter(AbortSignal.abort()), false);
});

test('SessionPlaces is empty again when everybody has left', async () => {
  const places = new SessionPlaces({ limit: 3, waitMs: 60_000 });
  const entered = await Promise.all(Array.from({ length: 3 }, () => places.enter(never())));
  assert.deepEqual(entered, [true, true, true]);
  const waiting = [places.enter(never()), places.enter(never())];
  for (let leaver = 0; leaver < 5; leaver++) places.leave();
  assert.deepEqual(await Promise.all(waiting), [true, true]);
  assert.equal(places.taken, 0);
});
