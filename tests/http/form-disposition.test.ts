// Content-Disposition of a form's part as clients write it, and what nobody may write.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FormDisposition, parseFormDisposition } from '../../src/http/form-disposition.ts';

const table: readonly [string, FormDisposition | undefined][] = [
  ['form-data; name="to"', { name: 'to' }],
  ['Form-Data;name=to', { name: 'to' }],
  ['form-data ; name = "to"', undefined],
  ['form-data; name="a"; filename="b.txt"', { name: 'a', filename: 'b.txt' }],
  ['form-data; filename=b.txt; name=a', { name: 'a', filename: 'b.txt' }],
  ['form-data; name=""', { name: '' }],
  ['form-data; name="a"; filename=""', { name: 'a', filename: '' }],
  ['form-data; name="a"; filename="x\\"y\\\\z"', { name: 'a', filename: 'x"y\\z' }],
  ['form-data; name="a"; filename="C:\\dir\\x.txt"', { name: 'a', filename: 'C:\\dir\\x.txt' }],
  ['form-data; name="a"; filename="x%22y%20z"', { name: 'a', filename: 'x"y%20z' }],
  ['form-data; name="a"; filename="ü.pdf"', { name: 'a', filename: 'ü.pdf' }],
  ['form-data; name="a"; filename="x"; filename*=UTF-8\'\'%C3%BC', { name: 'a', filename: 'ü' }],
  ["form-data; name=a; filename*=utf-8'en'x", { name: 'a', filename: 'x' }],
  ["form-data; name=a; filename*=iso-8859-1''x", undefined],
  ["form-data; name=a; filename*=utf-8''%ff", undefined],
  ['form-data; name=a; filename*=x', undefined],
  ['form-data; name="a"; other=1', { name: 'a' }],
  ['form-data; name=a; name=b', undefined],
  ['form-data; name=a; NAME=b', undefined],
  ['form-data; name=a; filename=b; filename=c', undefined],
  ['form-data; name="a', undefined],
  ['form-data; name="a" x', undefined],
  ['form-data; name=a; ;', undefined],
  ['form-data; filename=a', undefined],
  ['form-data', undefined],
  ['attachment; name=a', undefined],
  ['form-data-x; name=a', undefined],
  ['', undefined],
];

for (const [value, expected] of table) {
  test(`parseFormDisposition() of ${value}`, () => assert.deepEqual(parseFormDisposition(value), expected));
}

test('parseFormDisposition() looks at a long value a bounded number of times', () => {
  for (const hostile of ['\\', '\\"', '"', ' ', ';', '; a', '; a="', '%22']) {
    const value = `form-data; name="a"; filename="${hostile.repeat(3000)}`;
    assert.doesNotThrow(() => parseFormDisposition(value));
  }
});
