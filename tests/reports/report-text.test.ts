// Bytes and foreign strings made into valid, bounded text.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeHeaderValue,
  decodeText,
  MAX_VALUE_LENGTH,
  toIsoTime,
  toOptionalValue,
  toValue,
} from '../../src/reports/report-text.ts';

const TEXTS: readonly (readonly [string, string, string])[] = [
  ['Grüße', 'utf-8', Buffer.from('Grüße').toString('latin1')],
  ['Grüße', '', Buffer.from('Grüße').toString('latin1')],
  ['Grüße', '', 'Gr\xfc\xdfe'],
  ['Grüße', 'us-ascii', 'Gr\xfc\xdfe'],
  ['Grüße', 'iso-8859-1', 'Gr\xfc\xdfe'],
  ['Grüße', 'no-such-charset', 'Gr\xfc\xdfe'],
  ['日本', 'ISO-2022-JP', '\x1b$BF|K\\\x1b(B'],
  ['привет', 'koi8-r', '\xd0\xd2\xc9\xd7\xc5\xd4'],
];

test('text is decoded by its character set, and without one by what its bytes can be', () => {
  for (const [text, charset, latin1] of TEXTS) {
    assert.equal(decodeText(Buffer.from(latin1, 'latin1'), charset), text, charset);
  }
});

test('encoded words in a header value are decoded, broken ones stay', () => {
  assert.equal(decodeHeaderValue('=?utf-8?b?R3LDvMOfZQ==?= =?utf-8?q?_x?='), 'Grüße x');
  assert.equal(decodeHeaderValue('=?utf-8?x?y'), '=?utf-8?x?y');
  assert.equal(decodeHeaderValue('Gr\xfc\xdfe'), 'Grüße');
});

test('a value has no controls, no half characters, no blanks around it, and an end', () => {
  assert.equal(toValue(' a\0b\x1b[31m\r\nc\x85 '), 'ab[31m\nc');
  assert.equal(toValue('\ud83d'), '\ufffd');
  assert.equal(toValue(`${'x'.repeat(MAX_VALUE_LENGTH - 1)}😀`).isWellFormed(), true);
  assert.equal(toValue('x'.repeat(10_000)).length, MAX_VALUE_LENGTH);
  assert.equal(toOptionalValue(' \r\n '), undefined);
  assert.equal(toOptionalValue(undefined), undefined);
});

const TIMES: readonly (readonly [string, string | undefined])[] = [
  ['Thu, 7 Jul 1994 17:16:05 -0400', '1994-07-07T21:16:05.000Z'],
  ['Fri, 6 Apr 2001 09:23:06 -0800 (GMT-0800)', '2001-04-06T17:23:06.000Z'],
  ['2016-04-01T00:00:00Z', '2016-04-01T00:00:00.000Z'],
  ['yesterday', undefined],
  ['', undefined],
];

test('times are ISO times', () => {
  for (const [text, time] of TIMES) assert.equal(toIsoTime(text), time, text);
  assert.equal(toIsoTime(undefined), undefined);
});
