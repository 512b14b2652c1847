// The room of one line: more while it grows, what it needs when it is whole, and nothing once it was refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineRoom } from '../../src/http/line-room.ts';
import { openRoom } from '../support/rooms.ts';

const never = new AbortController().signal;

test('LineRoom takes nothing before there are bytes, and is content with what a whole line needs', async () => {
  const room = openRoom(10_000_000);
  const line = new LineRoom({ room, maxBytes: 1_000_000 }, never);
  assert.equal(await line.admit(0), true);
  assert.equal(room.taken, 0);
  assert.equal(await line.admit(1000), true);
  assert.ok(room.taken > 4000);
  assert.equal(await line.complete(2000), true);
  assert.equal(room.taken, 8000);
  line.lease.release();
  assert.equal(room.taken, 0);
});

test('LineRoom refuses a line to its end once there was no room for it, and keeps nothing', async () => {
  const room = openRoom(1_000_000);
  assert.equal(room.take(500_000), true);
  const line = new LineRoom({ room, maxBytes: 1_000_000 }, never);
  assert.equal(await line.admit(1000), true);
  assert.equal(await line.admit(500_000), false);
  assert.equal(room.taken, 500_000);
  assert.equal(await line.admit(500_001), false);
  assert.equal(await line.complete(10), false);
  assert.equal(room.taken, 500_000);
});

test('LineRoom stops waiting when it is told to', async () => {
  const room = openRoom(1000, 60_000);
  assert.equal(room.take(1000), true);
  const gone = new AbortController();
  const waiting = new LineRoom({ room, maxBytes: 1_000_000 }, gone.signal).complete(1000);
  gone.abort();
  assert.equal(await waiting, false);
  assert.equal(room.waiting, 0);
});
