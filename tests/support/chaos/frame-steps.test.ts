// The names of frames, in whatever pieces they come.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { createStepReader } from './frame-steps.ts';

function frame(type: number, payload: readonly number[]): Buffer {
  const head = Buffer.alloc(7);
  head[0] = type;
  head.writeUInt32BE(payload.length, 3);
  return Buffer.concat([head, Buffer.from(payload), Buffer.from([0xce])]);
}

const STREAM = Buffer.concat([
  Buffer.from('AMQP\0\0\x09\x01'),
  frame(1, [0, 10, 0, 11]),
  frame(1, [0, 60, 0, 40, 1, 2, 3]),
  frame(2, [0]),
  frame(3, [9, 9]),
  frame(8, []),
  frame(1, [0, 60, 0, 120]),
]);
const NAMES = ['greeting', 'connection.start-ok', 'basic.publish', 'content header', 'content body', 'other', 'other'];

for (const size of [1, 5, 1000]) {
  test(`Frames are named that come in pieces of ${size} bytes, and none of their bytes is lost`, () => {
    const read = createStepReader(true);
    const frames = [];
    for (let start = 0; start < STREAM.length; start += size) {
      frames.push(...read(STREAM.subarray(start, start + size)));
    }
    assert.deepEqual(frames.map(({ step }) => step), NAMES);
    assert.deepEqual(Buffer.concat(frames.map(({ bytes }) => bytes)), STREAM);
  });
}

test('The broker, too, is read, which sends no greeting', () => {
  assert.deepEqual(createStepReader(false)(frame(1, [0, 60, 0, 80])).map(({ step }) => step), ['basic.ack']);
});
