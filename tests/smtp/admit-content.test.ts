// Content within its room: waited for, given up, and said why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ContentLease } from '../../src/net/content-lease.ts';
import { admitContent, refuseContent } from '../../src/smtp/admit-content.ts';
import { DataReader } from '../../src/smtp/data-reader.ts';
import { REPLIES } from '../../src/smtp/reply.ts';
import { openRoom } from '../support/rooms.ts';

const KB = 1024;

function open(roomBytes: number) {
  const room = openRoom(roomBytes);
  const lease = new ContentLease({ room, weight: 1, maxBytes: 500 * KB, wait: new AbortController().signal });
  const content = new DataReader(500 * KB);
  const push = (bytes: number) => content.push(Buffer.alloc(bytes, 'x'));
  return { room, lease, content, push };
}

test('admitContent() says nothing while there is room, and refuseContent() leaves what is needed', () => {
  const { room, lease, content, push } = open(1000 * KB);
  push(100 * KB);
  assert.equal(admitContent(content, lease), undefined);
  assert.equal(refuseContent(content, lease), undefined);
  assert.equal(room.taken, 100 * KB);
});

test('admitContent() gives content up that waited in vain, and asks for no room any more', async () => {
  const { room, lease, content, push } = open(400 * KB);
  room.take(200 * KB);
  push(300 * KB);
  await admitContent(content, lease);
  assert.deepEqual([content.isDropped, room.taken], [true, 200 * KB]);
  room.give(200 * KB);
  push(10);
  assert.equal(admitContent(content, lease), undefined);
  assert.equal(refuseContent(content, lease)?.reply, REPLIES.noRoom);
  assert.deepEqual([content.takeContent(), room.taken], [[], 0]);
});

test('refuseContent() tells what is too large from what found no room', () => {
  const { room, lease, content, push } = open(1000 * KB);
  push(501 * KB);
  assert.equal(admitContent(content, lease), undefined);
  assert.equal(refuseContent(content, lease)?.reply, REPLIES.tooLarge);
  assert.equal(room.taken, 0);
});
