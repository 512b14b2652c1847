// Bodies: pieces kept as they came, bounds in bytes and silence, and clients that leave.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { readBody, toBodyStream } from '../../src/http/read-body.ts';
import { ampleLease } from '../support/rooms.ts';

const limits = { maxBytes: 10, idleTimeoutMs: 60_000, lease: ampleLease() };

test('readBody() hands on the very pieces that arrived', async () => {
  const pieces = [Buffer.from('abc'), Buffer.from('defg')];
  const body = await readBody(Readable.from(pieces), undefined, limits);
  assert.ok(body.ok);
  assert.equal(body.value[0], pieces[0]);
  assert.equal(body.value[1], pieces[1]);
});

test('readBody() takes a body of exactly the limit', async () => {
  const body = await readBody(Readable.from([Buffer.alloc(10)]), '10', limits);
  assert.ok(body.ok);
});

test('readBody() refuses by Content-Length without reading a byte', async () => {
  const stream = new PassThrough();
  stream.write('x');
  const body = await readBody(stream, '11', limits);
  assert.ok(!body.ok);
  assert.equal(body.problem.code, 'too-large');
  assert.equal(stream.readableLength, 1);
});

test('readBody() stops counting at the limit and lets the rest flow away', async () => {
  const stream = new PassThrough();
  const body = readBody(stream, undefined, limits);
  stream.write(Buffer.alloc(11));
  const result = await body;
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'too-large');
  stream.end(Buffer.alloc(100_000));
  await once(stream, 'end');
});

test('readBody() refuses an empty body', async () => {
  const body = await readBody(Readable.from([]), '0', limits);
  assert.ok(!body.ok);
  assert.equal(body.problem.code, 'empty-body');
});

test('readBody() notices an end before the end', async () => {
  const stream = new PassThrough();
  const body = readBody(stream, '5', limits);
  stream.write('ab');
  stream.destroy(new Error('aborted'));
  const result = await body;
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'incomplete-body');
});

test('readBody() notices a stream that was gone before', async () => {
  const stream = new PassThrough();
  stream.destroy();
  const result = await readBody(stream, '5', limits);
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'incomplete-body');
});

test('readBody() gives up on a silent client', async () => {
  const stream = new PassThrough();
  stream.write('ab');
  const result = await readBody(stream, '5', { ...limits, idleTimeoutMs: 1 });
  assert.ok(!result.ok);
  assert.equal(result.problem.code, 'request-timeout');
  assert.equal(stream.listenerCount('data'), 0);
});

test('readBody() is patient with a slow client that keeps sending', async () => {
  const stream = new PassThrough();
  const body = readBody(stream, undefined, { ...limits, maxBytes: 100, idleTimeoutMs: 1000 });
  for (let second = 0; second < 1.2; second += 0.1) {
    stream.write('x');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  stream.end();
  assert.ok((await body).ok);
});

test('toBodyStream() prefers the stream of the connection, and does without a body', async () => {
  const stream = new PassThrough();
  assert.equal(toBodyStream(stream, new Request('http://localhost')), stream);
  assert.deepEqual(await toBodyStream(undefined, new Request('http://localhost')).toArray(), []);
  const request = new Request('http://localhost', { method: 'POST', body: 'abc' });
  assert.equal(Buffer.concat(await toBodyStream(undefined, request).toArray()).toString(), 'abc');
});
