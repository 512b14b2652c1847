// memory-limit at the HTTP door: refused by Content-Length or while reading, and given back however a request ends.
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { readBody } from '../../src/http/read-body.ts';
import { ContentLease } from '../../src/net/content-lease.ts';
import { ContentRoom } from '../../src/net/content-room.ts';
import { createRecordingDoor, problemOf, send } from '../support/http-door.ts';
import { openRoom } from '../support/rooms.ts';

const KB = 1024;
const PATH = '/v1/messages?envelope=a@example.com&recipient=b@example.org';
const RAW = { 'content-type': 'message/rfc822' };
const MAIL = 'Subject: x\r\n\r\nbody\r\n';

test('A body whose Content-Length finds no room is refused unread, and the answer says when to come again', async () => {
  const room = openRoom(100 * KB);
  const { door, submissions } = createRecordingDoor({ room });
  const headers = { ...RAW, 'content-length': String(90 * KB) };
  room.take(50 * KB);
  const response = await send(door, PATH, { method: 'POST', headers, body: MAIL });
  assert.deepEqual([response.status, response.headers.get('retry-after')], [503, '5']);
  assert.equal((await problemOf(response)).code, 'memory');
  assert.deepEqual([submissions.length, room.taken], [0, 50 * KB]);
});

test('A body of unknown length is refused when it outgrows the room', async () => {
  const room = openRoom(100 * KB);
  room.take(30 * KB);
  const stream = new PassThrough();
  const lease = new ContentLease({ room, weight: 1, maxBytes: 1000 * KB });
  const body = readBody(stream, undefined, { maxBytes: 1000 * KB, idleTimeoutMs: 60_000, lease });
  stream.write(Buffer.alloc(60 * KB));
  stream.write(Buffer.alloc(60 * KB));
  const result = await body;
  assert.equal(!result.ok && result.problem.code, 'memory');
  lease.release();
  assert.equal(room.taken, 30 * KB);
});

test('A body waits for another process to grant room, and arrives whole', async () => {
  const answers: ((granted: boolean) => void)[] = [];
  const lease = {
    expect: () => true,
    admit: () => new Promise<boolean>((resolve) => void answers.push(resolve)),
  };
  const stream = new PassThrough();
  const body = readBody(stream, undefined, { maxBytes: 100, idleTimeoutMs: 60_000, lease });
  stream.end('abc');
  while (answers.length === 0) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(stream.isPaused(), true);
  answers[0]?.(true);
  const result = await body;
  assert.equal(result.ok && Buffer.concat(result.value).toString(), 'abc');
});

test('JSON takes four times its size, a message as it is what the configuration says', async () => {
  const taken: number[] = [];
  const room = openRoom(1000 * KB);
  const ingest = () => {
    taken.push(room.taken);
    return Promise.resolve({ outcome: 'accepted' as const, records: [] });
  };
  const { door } = createRecordingDoor({ room, contentWeight: 2, ingest });
  const json = JSON.stringify({ envelope: 'a@example.com', recipient: 'b@example.org', mime: MAIL });
  for (const [path, type, body] of [[PATH, RAW['content-type'], MAIL], ['/v1/messages', 'application/json', json]]) {
    const headers = { 'content-type': String(type), 'content-length': String(body?.length) };
    await send(door, String(path), { method: 'POST', headers, body: String(body) });
  }
  assert.deepEqual(taken, [2 * MAIL.length, 4 * json.length]);
  assert.equal(room.taken, 0);
});

const ENDINGS = [
  { name: 'an answer', ingest: undefined, body: MAIL, status: 202 },
  { name: 'a fault', ingest: () => Promise.reject(new Error('broken')), body: MAIL, status: 500 },
  { name: 'an empty body', ingest: undefined, body: '', status: 400 },
];

for (const { name, ingest, body, status } of ENDINGS) {
  test(`Room comes back after ${name}`, async () => {
    const room: ContentRoom = openRoom(1000 * KB);
    const { door } = createRecordingDoor({ room, ...(ingest && { ingest }) });
    const response = await send(door, PATH, { method: 'POST', headers: RAW, body });
    assert.deepEqual([response.status, room.taken], [status, 0]);
  });
}
