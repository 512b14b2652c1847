// Lines out of chunks cut anywhere, within a bound for each.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LineSplitter } from '../../src/http/line-splitter.ts';

function splitAll(text: string, { size, maxBytes = 100 }: { readonly size: number; readonly maxBytes?: number }) {
  const splitter = new LineSplitter(maxBytes);
  const lines: (string | undefined)[] = [];
  const bytes = Buffer.from(text, 'latin1');
  for (let at = 0; at < bytes.length; at += size) {
    for (const line of splitter.split(bytes.subarray(at, at + size))) lines.push(line.bytes?.toString('latin1'));
  }
  const last = splitter.end();
  return last === undefined ? lines : [...lines, last.bytes?.toString('latin1')];
}

const table: readonly { name: string; text: string; lines: readonly (string | undefined)[]; maxBytes?: number }[] = [
  { name: 'nothing', text: '', lines: [] },
  { name: 'one line', text: 'abc\n', lines: ['abc'] },
  { name: 'a last line without its end', text: 'abc\ndef', lines: ['abc', 'def'] },
  { name: 'empty lines', text: '\n\na\n\n', lines: ['', '', 'a', ''] },
  { name: 'CR in front of LF', text: 'a\r\nb\rc\n', lines: ['a\r', 'b\rc'] },
  { name: 'bytes of every kind', text: '\x00\xff\x80\n', lines: ['\x00\xff\x80'] },
  { name: 'a line at its bound', text: 'abcd\nx\n', lines: ['abcd', 'x'], maxBytes: 4 },
  { name: 'a line over its bound', text: 'abcde\nx\n', lines: [undefined, 'x'], maxBytes: 4 },
  { name: 'a last line over its bound', text: 'x\nabcdefghi', lines: ['x', undefined], maxBytes: 4 },
];

for (const { name, text, lines, maxBytes = 100 } of table) {
  test(`LineSplitter cuts ${name}, whatever the chunks`, () => {
    for (let size = 1; size <= Math.max(text.length, 1); size++) {
      assert.deepEqual(splitAll(text, { size, maxBytes }), lines, `chunks of ${size}`);
    }
  });
}

test('LineSplitter keeps nothing of a line that is too long', () => {
  const splitter = new LineSplitter(10);
  const chunk = Buffer.alloc(1_000_000, 'x');
  for (let count = 0; count < 1000; count++) assert.deepEqual([...splitter.split(chunk)], []);
  assert.deepEqual([...splitter.split(Buffer.from('\nab\n'))], [{}, { bytes: Buffer.from('ab') }]);
});
