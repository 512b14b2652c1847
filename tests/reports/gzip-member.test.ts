// The first member of a gzip file behind its header.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync, inflateRawSync } from 'node:zlib';
import { firstMember } from '../../src/reports/gzip-member.ts';

function withFields(flags: number, ...fields: Buffer[]): Buffer {
  const plain = gzipSync(Buffer.from('report'));
  const header = Buffer.from(plain.subarray(0, 10));
  header[3] = flags;
  return Buffer.concat([header, ...fields, plain.subarray(10)]);
}

test('the data is found behind every kind of header', () => {
  const extra = Buffer.from([3, 0, 1, 2, 3]);
  const name = Buffer.from('a.xml\0');
  const crc = Buffer.from([9, 9]);
  for (
    const bytes of [withFields(0), withFields(8, name), withFields(4, extra), withFields(30, extra, name, name, crc)]
  ) {
    assert.equal(inflateRawSync(firstMember(bytes)).toString(), 'report');
  }
});

test('a header that never ends has no data', () => {
  assert.equal(firstMember(Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 0, 65, 66])).length, 0);
  assert.equal(firstMember(Buffer.from([0x1f, 0x8b])).length, 0);
});
