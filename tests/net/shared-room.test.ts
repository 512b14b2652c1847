// Room that another process counts: asked for in steps, kept in store for the next message, and given back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentRoom } from '../../src/net/content-room.ts';
import type { HoldRequest, TakeHold } from '../../src/net/holds.ts';
import { NOBODY_COUNTS, SharedRoom } from '../../src/net/shared-room.ts';

const MB = 1024 * 1024;

/** The counting process. */
function createCounter(bytes: number) {
  const room = new ContentRoom({ bytes, waitMs: 1 });
  const requests: HoldRequest[] = [];
  const take: TakeHold = async (request, wait) => {
    requests.push(request);
    const asked = Number(request.key);
    const granted = await room.take(asked, wait === undefined ? {} : { wait });
    if (!granted) return { granted, facts: {} };
    return { granted, hold: { facts: {}, release: () => room.give(asked) } };
  };
  return { room, requests, take };
}

test('SharedRoom asks once for many small messages, and keeps a step in store', async () => {
  const { room, requests, take } = createCounter(64 * MB);
  const shared = new SharedRoom(take, { bytes: 64 * MB, processes: 2 });
  assert.equal(await shared.take(1000), true);
  for (let message = 0; message < 100; message++) {
    assert.equal(shared.take(1000), true);
    shared.give(1000);
  }
  shared.give(1000);
  assert.deepEqual([requests.length, shared.taken, room.taken], [1, 0, MB]);
});

test('SharedRoom gives a large portion back at once', async () => {
  const { room, take } = createCounter(64 * MB);
  const shared = new SharedRoom(take, { bytes: 64 * MB, processes: 2 });
  assert.equal(await shared.take(10 * MB), true);
  assert.equal(room.taken, 10 * MB);
  shared.give(10 * MB);
  assert.deepEqual([shared.taken, room.taken], [0, 0]);
});

test('SharedRoom is refused what the others have taken, and waits for it where that is asked', async () => {
  const { room, requests, take } = createCounter(8 * MB);
  const [one, other] = [
    new SharedRoom(take, { bytes: 8 * MB, processes: 2 }),
    new SharedRoom(take, { bytes: 8 * MB, processes: 2 }),
  ];
  assert.equal(await one.take(6 * MB), true);
  assert.equal(await other.take(4 * MB), false);
  const waiting = other.take(4 * MB, { wait: new AbortController().signal });
  one.give(6 * MB);
  assert.equal(await waiting, true);
  assert.deepEqual(requests.map(({ what }) => what), ['room', 'room', 'room-when-free']);
  assert.equal(room.taken, 4 * MB);
});

test('SharedRoom keeps no more than it needs and a step after a burst', async () => {
  const { room, take } = createCounter(64 * MB);
  const shared = new SharedRoom(take, { bytes: 64 * MB, processes: 2 });
  await Promise.all(Array.from({ length: 20 }, () => shared.take(MB)));
  for (let message = 0; message < 20; message++) shared.give(MB);
  assert.deepEqual([shared.taken, room.taken], [0, MB]);
});

test('SharedRoom takes of its own share once nobody counts any more, and no more than that', async () => {
  const take: TakeHold = () => Promise.resolve({ granted: false, facts: NOBODY_COUNTS });
  const shared = new SharedRoom(take, { bytes: 8 * MB, processes: 2 });
  assert.equal(await shared.take(3 * MB), true);
  assert.equal(await shared.take(2 * MB), false);
  shared.give(3 * MB);
  assert.deepEqual([shared.taken, await shared.take(4 * MB)], [0, true]);
});
