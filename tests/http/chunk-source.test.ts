// Chunks one by one: the client waits in between, and the stream is left alone after the last.

import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { ChunkSource } from '../../src/http/chunk-source.ts';

const settle = () => new Promise((resolve) => setImmediate(resolve));

test('ChunkSource gives every chunk, then nothing', async () => {
  const source = new ChunkSource(Readable.from([Buffer.from('a'), Buffer.from('b')]));
  assert.equal(String(await source.next()), 'a');
  assert.equal(source.isComplete, false);
  assert.equal(String(await source.next()), 'b');
  assert.equal(await source.next(), undefined);
  assert.equal(await source.next(), undefined);
  assert.equal(source.isComplete, true);
});

test('ChunkSource makes the sender wait', async () => {
  const stream = new PassThrough({ highWaterMark: 1 });
  const source = new ChunkSource(stream);
  assert.equal(source.isWaiting, false);
  const next = source.next();
  assert.equal(source.isWaiting, true);
  stream.write('a');
  assert.equal(String(await next), 'a');
  stream.write('b');
  stream.write('c');
  await settle();
  assert.equal(stream.writableNeedDrain, true);
  assert.equal(String(await source.next()), 'b');
});

for (const how of ['lost', 'broken'] as const) {
  test(`ChunkSource ends when the connection is ${how}, and knows that it is not complete`, async () => {
    const stream = new PassThrough();
    const source = new ChunkSource(stream);
    const next = source.next();
    stream.destroy(how === 'broken' ? new Error('reset') : undefined);
    assert.equal(await next, undefined);
    assert.equal(source.isComplete, false);
  });
}

test('ChunkSource ends at once on a stream that is gone', async () => {
  const stream = new PassThrough();
  stream.destroy();
  assert.equal(await new ChunkSource(stream).next(), undefined);
});

test('A stopped ChunkSource leaves the stream to others', async () => {
  const stream = new PassThrough();
  const source = new ChunkSource(stream);
  const next = source.next();
  source.stop();
  assert.equal(await next, undefined);
  stream.end('rest');
  const rest: string[] = [];
  stream.on('data', (chunk: Buffer) => rest.push(String(chunk))).resume();
  await new Promise((resolve) => stream.once('end', resolve));
  assert.deepEqual(rest, ['rest']);
});
