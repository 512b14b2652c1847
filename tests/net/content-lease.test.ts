// The room of one message: announced or not, grown, shrunk, and given back on every way out.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentLease, type ContentLeaseOptions } from '../../src/net/content-lease.ts';
import { ContentRoom } from '../../src/net/content-room.ts';

const KB = 1024;
const MB = 1024 * KB;

function open(bytes: number, options: Partial<ContentLeaseOptions> = {}) {
  const room = new ContentRoom({ bytes, waitMs: 2 ** 30 });
  const lease = new ContentLease({ room, weight: 2, maxBytes: 10 * MB, ...options });
  return { room, lease };
}

test('ContentLease takes room for what was announced, by its weight, and gives back what is not needed', () => {
  const { room, lease } = open(64 * MB);
  assert.equal(lease.expect(5 * MB), true);
  assert.equal(room.taken, 10 * MB);
  assert.equal(lease.admit(5 * MB), true);
  lease.complete(1 * MB);
  assert.equal(room.taken, 2 * MB);
  lease.release();
  assert.equal(room.taken, 0);
});

test('ContentLease grows in few steps when nothing was announced, to the largest message', () => {
  const { room, lease } = open(64 * MB);
  lease.expect(undefined);
  const charges = [1, 64 * KB, 64 * KB + 1, MB, MB + 1, 10 * MB].map((size) => {
    assert.equal(lease.admit(size), true);
    return room.taken;
  });
  assert.deepEqual(charges, [128 * KB, 128 * KB, 2 * MB, 2 * MB, 20 * MB, 20 * MB]);
});

test('ContentLease takes a little more where the announcement was an estimate', () => {
  const { room, lease } = open(64 * MB);
  lease.expect(5 * MB);
  assert.equal(lease.admit(5 * MB + 10), true);
  assert.ok(room.taken < 11 * MB);
});

test('ContentLease needs no room for what is too large to be kept', () => {
  const { room, lease } = open(64 * MB);
  lease.expect(undefined);
  assert.equal(lease.admit(10 * MB + 1), true);
  assert.equal(room.taken, 0);
});

test('ContentLease is refused, and what it had stays its own until it is released', () => {
  const { room, lease } = open(8 * MB);
  lease.expect(undefined);
  lease.admit(MB);
  room.take(5 * MB);
  assert.equal(lease.admit(2 * MB), false);
  assert.equal(room.taken, 7 * MB);
  lease.release();
  assert.equal(room.taken, 5 * MB);
});

test('ContentLease charges a message no more than the room grants to one', () => {
  const { room, lease } = open(8 * MB);
  assert.equal(lease.fits(10 * MB), true);
  assert.equal(lease.expect(10 * MB), true);
  assert.equal(room.taken, 6 * MB);
});

test('ContentLease follows the encoded forms in either direction', async () => {
  const { room, lease } = open(8 * MB);
  lease.expect(MB);
  assert.equal(await lease.settle(3 * MB), true);
  assert.equal(room.taken, 3 * MB);
  assert.equal(await lease.settle(MB), true);
  assert.equal(room.taken, MB);
  room.take(5 * MB);
  assert.equal(await lease.settle(4 * MB), false);
  assert.equal(room.taken, 6 * MB);
});

test('ContentLease gives back what is granted after its release', async () => {
  const answers: ((granted: boolean) => void)[] = [];
  let taken = 0;
  const room = {
    taken,
    largest: 100 * MB,
    fits: () => true,
    take: (bytes: number) =>
      new Promise<boolean>((resolve) =>
        answers.push((granted) => {
          if (granted) taken += bytes;
          resolve(granted);
        })
      ),
    give: (bytes: number) => void (taken -= bytes),
  };
  const lease = new ContentLease({ room, weight: 1, maxBytes: MB });
  const asked = lease.expect(1000);
  lease.release();
  answers[0]?.(true);
  assert.equal(await asked, false);
  assert.equal(taken, 0);
});

test('ContentLease stops waiting when its owner has gone', async () => {
  const gone = new AbortController();
  const { room, lease } = open(8 * MB, { wait: gone.signal });
  room.take(7 * MB);
  const asked = lease.expect(2 * MB);
  assert.ok(asked instanceof Promise);
  gone.abort();
  assert.equal(await asked, false);
  lease.release();
  assert.equal(room.taken, 7 * MB);
});
