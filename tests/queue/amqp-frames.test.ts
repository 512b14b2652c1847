import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toPublishFrames } from '../../src/queue/amqp-frames.ts';
import { FRAME, FrameReader } from '../support/amqp-frames.ts';

const FIELDS = {
  exchange: '',
  routingKey: 'inbox',
  mandatory: true,
  contentType: 'application/json',
  deliveryMode: 2,
  messageId: 'A1',
  timestamp: 1_770_000_000,
  appId: 'mailchute',
};

function* readFrames(frames: readonly (readonly Uint8Array[])[]) {
  const reader = new FrameReader();
  yield* reader.read(Buffer.concat([Buffer.from('AMQP\0\0\x09\x01', 'latin1'), ...frames.flat()]));
}

function toText(frames: readonly (readonly Uint8Array[])[]): string {
  return Buffer.concat(frames.flat()).toString('latin1');
}

// What AMQP 0-9-1 makes of it, by hand.
const METHOD = '\x01\0\x03\0\0\0\x0e\0\x3c\0\x28\0\0\0\x05inbox\x01\xce';
const HEADER_START = '\x02\0\x03\0\0\0\x35\0\x3c\0\0\0\0\0\0\0\0\0\x04\x90\xc8\x10application/json\x02\x02A1';

test('toPublishFrames() writes method, header and a small body into one buffer', () => {
  const body = [Buffer.from('{"'), Buffer.from('"}')];
  const frames = toPublishFrames(FIELDS, { body, size: 4, channel: 3, frameMax: 131_072 });
  assert.equal(frames.length, 1);
  const timestamp = Buffer.alloc(8);
  timestamp.writeBigUInt64BE(1_770_000_000n);
  const expected = `${METHOD}${HEADER_START}${timestamp.toString('latin1')}\x09mailchute\xce` +
    '\x03\0\x03\0\0\0\x04{""}\xce';
  assert.equal(toText(frames), expected);
});

test('toPublishFrames() leaves out the properties that are not set, and writes those that are', () => {
  const set = { exchange: 'ü', routingKey: 'q', mandatory: false, contentEncoding: 'gzip', priority: 7 };
  const frames = [...readFrames(toPublishFrames(set, { body: [], size: 0, channel: 1, frameMax: 4096 }))];
  assert.deepEqual(frames.map(({ type }) => type), [FRAME.method, FRAME.header]);
  assert.equal(frames[0]!.payload.toString('latin1'), '\0\x3c\0\x28\0\0\x02\xc3\xbc\x01q\0');
  assert.equal(frames[1]!.payload.toString('latin1'), '\0\x3c\0\0\0\0\0\0\0\0\0\0\x48\0\x04gzip\x07');
});

const BODIES = [
  { pieces: [1], frameMax: 4096 },
  { pieces: [4088], frameMax: 4096 },
  { pieces: [4089], frameMax: 4096 },
  { pieces: [0, 4088, 0, 4088, 1, 0], frameMax: 4096 },
  { pieces: [1, 2, 3, 9000, 4, 20_000], frameMax: 4096 },
  { pieces: [65_536], frameMax: 131_072 },
  { pieces: [65_537], frameMax: 131_072 },
  { pieces: [131_064], frameMax: 131_072 },
  { pieces: [131_065], frameMax: 131_072 },
  { pieces: [100, 400_000, 100_000, 2], frameMax: 131_072 },
];

for (const { pieces, frameMax } of BODIES) {
  test(`toPublishFrames() cuts a body of ${pieces.join('+')} bytes at ${frameMax}, in order`, () => {
    const body = pieces.map((length, index) => Buffer.alloc(length, index + 1));
    const size = pieces.reduce((sum, length) => sum + length, 0);
    const written = toPublishFrames(FIELDS, { body, size, channel: 9, frameMax });
    const frames = [...readFrames(written)];
    // Method, header and a small body are one; of the others each is a frame by itself.
    if (written.length > 1) assert.equal(written.length, frames.length - 1);
    assert.ok(frames.every(({ channel, payload }) => channel === 9 && payload.length <= frameMax - 8));
    const [method, header, ...bodies] = frames;
    assert.deepEqual([method!.type, header!.type], [FRAME.method, FRAME.header]);
    assert.equal(header!.payload.readBigUInt64BE(4), BigInt(size));
    assert.ok(bodies.every(({ type, payload }) => type === FRAME.body && payload.length > 0));
    assert.equal(bodies.length, Math.ceil(size / (frameMax - 8)));
    assert.deepEqual(Buffer.concat(bodies.map(({ payload }) => payload)), Buffer.concat(body));
  });
}

test('toPublishFrames() does not copy a large body', () => {
  const body = [Buffer.alloc(100_000), Buffer.alloc(100_000)];
  const frames = toPublishFrames(FIELDS, { body, size: 200_000, channel: 1, frameMax: 131_072 });
  const copied = frames.flat().filter(({ buffer }) => !body.some((piece) => piece.buffer === buffer));
  assert.ok(copied.reduce((sum, { length }) => sum + length, 0) < 200);
});

for (const size of [3, 5, 70_001]) {
  test(`toPublishFrames() refuses a body that is not of its ${size} bytes`, () => {
    const body = [Buffer.alloc(size < 10 ? 4 : 70_000)];
    assert.throws(() => toPublishFrames(FIELDS, { body, size, channel: 1, frameMax: 4096 }), RangeError);
  });
}

test('toPublishFrames() refuses a name that AMQP has no room for', () => {
  const fields = { ...FIELDS, routingKey: 'q'.repeat(256) };
  assert.throws(() => toPublishFrames(fields, { body: [], size: 0, channel: 1, frameMax: 4096 }), RangeError);
});
