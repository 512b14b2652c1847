// Room for content: counted, waited for in turn and for a limited time, and never locked up by large uploads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentRoom, SMALL_PORTION } from '../../src/net/content-room.ts';

const MB = 1024 * 1024;
const ENDLESS = { waitMs: 2 ** 30 };
const wait = () => ({ wait: new AbortController().signal });

test('ContentRoom grants what fits and counts it', () => {
  const room = new ContentRoom({ bytes: 10, ...ENDLESS });
  assert.deepEqual([room.take(6), room.take(5), room.take(4), room.taken], [true, false, true, 10]);
  room.give(6);
  assert.deepEqual([room.taken, room.fits(6), room.fits(7)], [4, true, false]);
});

test('ContentRoom keeps an eighth for small portions', () => {
  const room = new ContentRoom({ bytes: 80 * MB, ...ENDLESS });
  assert.equal(room.take(70 * MB), true);
  assert.equal(room.take(2 * MB), false);
  for (let portion = 0; portion < 10; portion++) assert.equal(room.take(SMALL_PORTION), true);
  assert.equal(room.take(1), false);
});

test('ContentRoom charges one message three quarters at most, so that it finds room beside small ones', () => {
  assert.equal(new ContentRoom({ bytes: 80 * MB, ...ENDLESS }).largest, 60 * MB);
});

test('ContentRoom lets those who wait in as room comes free, first come, first served', async () => {
  const room = new ContentRoom({ bytes: 8 * MB, ...ENDLESS });
  room.take(7 * MB);
  const order: string[] = [];
  const waits = [
    Promise.resolve(room.take(6 * MB, wait())).then((granted) => order.push(`large ${granted}`)),
    Promise.resolve(room.take(1.5 * MB, wait())).then((granted) => order.push(`second ${granted}`)),
  ];
  room.give(3 * MB); // the second would fit, but was not first
  assert.equal(room.taken, 4 * MB);
  room.give(4 * MB);
  await waits[0];
  assert.equal(room.taken, 6 * MB);
  room.give(6 * MB);
  await Promise.all(waits);
  assert.deepEqual(order, ['large true', 'second true']);
  room.give(1.5 * MB);
  assert.equal(room.taken, 0);
});

test('ContentRoom lets no larger portion pass those who wait, but small ones', async () => {
  const room = new ContentRoom({ bytes: 8 * MB, ...ENDLESS });
  room.take(4 * MB);
  const gone = new AbortController();
  const waiting = room.take(6 * MB, { wait: gone.signal });
  assert.equal(room.take(2 * MB), false);
  assert.equal(room.take(SMALL_PORTION), true);
  gone.abort();
  assert.equal(await waiting, false);
});

test('ContentRoom ends a wait that takes too long, or whose owner has gone, and keeps nothing', async () => {
  const room = new ContentRoom({ bytes: 10, waitMs: 1 });
  room.take(10);
  assert.equal(await room.take(5, wait()), false);
  const gone = new AbortController();
  const patient = new ContentRoom({ bytes: 10, ...ENDLESS });
  patient.take(10);
  const waiting = patient.take(5, { wait: gone.signal });
  gone.abort();
  assert.equal(await waiting, false);
  assert.equal(patient.take(5, { wait: gone.signal }), false);
  for (const each of [room, patient]) {
    each.give(10);
    assert.equal(each.taken, 0);
  }
});
