import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { compressBody, type Publication, toBody, toPublishOptions } from '../../src/queue/amqp-publication.ts';
import type { EncodedRecord } from '../../src/queue/outlet.ts';
import { makeRecord } from '../support/records.ts';

function makePublication(record: EncodedRecord, compressed?: Buffer): Publication {
  return { record, compressed, size: record.size, settle: () => {} };
}

test('toBody() hands on the pieces that the record has', () => {
  const record = makeRecord('A1', { body: ['{', '"a":1', '}'].map((piece) => Buffer.from(piece)) });
  const { body, size } = toBody(makePublication(record));
  assert.equal(body, record.body);
  assert.equal(size, 7);
});

test('toBody() prefers the compressed body', async () => {
  const record = makeRecord('A1', { body: [Buffer.from('{'), Buffer.from('}')] });
  const compressed = await compressBody(record);
  assert.deepEqual(toBody(makePublication(record, compressed)), { body: [compressed], size: compressed.length });
  assert.equal(gunzipSync(compressed).toString(), '{}');
});

test('compressBody() packs a large record piece by piece', async () => {
  const body = Array.from({ length: 20 }, (_, index) => Buffer.alloc(50_000, String(index)));
  const compressed = await compressBody(makeRecord('A1', { body }));
  assert.equal(Buffer.compare(gunzipSync(compressed), Buffer.concat(body)), 0);
});

const PRIORITIES = [
  { priority: undefined, expected: undefined },
  { priority: 0, expected: 0 },
  { priority: 9, expected: 9 },
  { priority: 1000, expected: 255 },
  { priority: -1, expected: 0 },
  { priority: 2.9, expected: 2 },
];

for (const { priority, expected } of PRIORITIES) {
  test(`toPublishOptions() gives priority ${priority} as ${expected}`, () => {
    const record = { ...makeRecord('A1'), priority };
    assert.equal(toPublishOptions(makePublication(record), { persistent: true }).priority, expected);
  });
}

test('toPublishOptions() marks compressed bodies, transient messages and always mandatory ones', () => {
  const plain = toPublishOptions(makePublication(makeRecord('A1')), { persistent: false });
  const packed = toPublishOptions(makePublication(makeRecord('A1'), Buffer.alloc(1)), { persistent: true });
  assert.deepEqual([plain.contentEncoding, plain.persistent, plain.mandatory], [undefined, false, true]);
  assert.deepEqual([packed.contentEncoding, packed.persistent, packed.mandatory], ['gzip', true, true]);
});
