// The Salsa20 core against the vector of RFC 7914.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { salsa20, toPlace } from '../../../src/auth/crypt/salsa20.ts';

function toWords(hex: string): number[] {
  const bytes = Buffer.from(hex.replace(/\s/g, ''), 'hex');
  return Array.from({ length: 16 }, (_, index) => bytes.readUInt32LE(4 * index));
}

test('salsa20() with eight rounds gives the output of RFC 7914 section 8, at its place only', () => {
  const input = toWords(`7e879a214f3ec9867ca940e641718f26 baee555b8c61c1b50df846116dcd3b1d
    ee24f319df9b3d8514121e4b5ac5aa32 76021d2909c74829edebc68db8b8c25e`);
  const output = toWords(`a41f859c6608cc993b81cacb020cef05 044b2181a2fd337dfd7b1c6396682f29
    b4393168e3c9e6bcfe6bc5b7a06d96ba e424cc102c91745c24ad673dc7618f81`);
  const words = new Uint32Array(48).fill(7);
  for (let index = 0; index < 16; index++) words[16 + index] = input[toPlace(index)] ?? 0;
  salsa20(words, { at: 16, rounds: 8 });
  const expected = new Uint32Array(48).fill(7);
  for (let index = 0; index < 16; index++) expected[16 + index] = output[toPlace(index)] ?? 0;
  assert.deepEqual(words, expected);
});

test('toPlace() gives each of the sixteen places once', () => {
  assert.equal(new Set(Array.from({ length: 16 }, (_, index) => toPlace(index))).size, 16);
});
