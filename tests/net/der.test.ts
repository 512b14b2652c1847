// The bytes of the elements, against the examples of X.690 and RFC 5280.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { DER_TAGS, toDer, toDerOid, toDerSequence, toDerTime } from '../../src/net/der.ts';

const lengths: readonly [content: number, start: string][] = [
  [0, '0400'],
  [127, '047f'],
  [128, '048180'],
  [255, '0481ff'],
  [256, '04820100'],
  [65535, '0482ffff'],
];

for (const [length, start] of lengths) {
  test(`toDer() writes the length ${length} in the shortest definite form`, () => {
    const element = toDer(DER_TAGS.octetString, Buffer.alloc(length));
    assert.equal(element.toString('hex', 0, start.length / 2), start);
    assert.equal(element.length, start.length / 2 + length);
  });
}

const oids: readonly [text: string, hex: string][] = [
  ['2.5.4.3', '0603550403'],
  ['1.2.840.10045.4.3.2', '06082a8648ce3d040302'],
  ['1.3.6.1.5.5.7.3.1', '06082b06010505070301'],
  ['2.999.3', '0603883703'],
];

for (const [text, hex] of oids) {
  test(`toDerOid() writes ${text}`, () => assert.equal(toDerOid(text).toString('hex'), hex));
}

test('toDerSequence() puts elements one after the other', () => {
  const flag = toDer(DER_TAGS.boolean, Uint8Array.of(0xff));
  assert.equal(toDerSequence(flag, flag).toString('hex'), '30060101ff0101ff');
  assert.equal(toDerSequence().toString('hex'), '3000');
});

test('toDerTime() writes two digits of the year up to 2049 and four after it', () => {
  assert.equal(toDerTime(new Date('2049-12-31T23:59:59.999Z')).toString('latin1'), '\x17\x0d491231235959Z');
  assert.equal(toDerTime(new Date('2050-01-01T00:00:00Z')).toString('latin1'), '\x18\x0f20500101000000Z');
});
