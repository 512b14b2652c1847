import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayBeULabel } from '../../src/mail/u-label.ts';

const VALID = [
  'grün',
  'παράδειγμα',
  '실례',
  'col·lecció',
  'COL·LECCIÓ',
  'α͵β',
  'א׳ב',
  'א״ב',
  'ア・イ',
  'あ・',
  '漢・a',
  '١٢ب',
  '۱۲پ',
  'क्\u200dष',
  'क्\u200cष',
  'क्\u200cषक्\u200cष',
  'بي\u200cبي',
  'نامه\u200cای\u200cها',
];
const INVALID = [
  '-grün',
  'grün-',
  'gr--ün',
  'ـبي',
  '〱',
  '실〮례',
  'a·l',
  'l·a',
  '·l',
  'l·',
  'l··l',
  '͵',
  'α͵s',
  '׳ב',
  'a״',
  '・',
  'a・b',
  '١۱',
  '۱٢ب',
  'x\u200dy',
  'x\u200cy',
  'क्\u200cषx\u200cy',
  'क्\u200dषx\u200dy',
  'بي\u200cx',
];

for (const label of VALID) {
  test(`mayBeULabel() lets ${JSON.stringify(label)} pass`, () => assert.equal(mayBeULabel(label), true));
}
for (const label of INVALID) {
  test(`mayBeULabel() refuses ${JSON.stringify(label)}`, () => assert.equal(mayBeULabel(label), false));
}
