// A form cut into its parts: what clients send, every way to break it, and bytes that only look like a delimiter.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundaryOf, MAX_PART_HEADER, MAX_PARTS, splitForm } from '../../src/http/form-parts.ts';

const DISPOSITION = 'Content-Disposition: form-data; name="a"';

function split(text: string, boundary = 'b') {
  const result = splitForm(Buffer.from(text, 'latin1'), boundary);
  if (!result.ok) return result.problem.code;
  return result.value.map(({ content, ...rest }) => ({ ...rest, content: content.toString('latin1') }));
}

const boundaries: readonly [string, string | undefined][] = [
  ['multipart/form-data; boundary=b', 'b'],
  ['multipart/form-data; charset=utf-8; BOUNDARY="a b"', 'a b'],
  ['multipart/form-data;boundary=----WebKitFormBoundary7MA4YWxk', '----WebKitFormBoundary7MA4YWxk'],
  [`multipart/form-data; boundary=${'b'.repeat(70)}`, 'b'.repeat(70)],
  [`multipart/form-data; boundary=${'b'.repeat(71)}`, undefined],
  ['multipart/form-data; boundary="b "', undefined],
  ['multipart/form-data; boundary=""', undefined],
  ['multipart/form-data; boundary=', undefined],
  ['multipart/form-data; boundary="b', undefined],
  ['multipart/form-data; boundary="\u0001"', undefined],
  ['multipart/form-data', undefined],
];

for (const [value, expected] of boundaries) {
  test(`boundaryOf() of ${value}`, () => assert.equal(boundaryOf(value), expected));
}

const taken: readonly { name: string; body: string; content: readonly string[] }[] = [
  { name: 'one part', body: `--b\r\n${DISPOSITION}\r\n\r\nx\r\n--b--\r\n`, content: ['x'] },
  { name: 'no line end at the end', body: `--b\r\n${DISPOSITION}\r\n\r\nx\r\n--b--`, content: ['x'] },
  { name: 'preamble and epilogue', body: `hi\r\n--b\r\n${DISPOSITION}\r\n\r\nx\r\n--b--\r\n--b\r\n`, content: ['x'] },
  { name: 'blanks after a delimiter', body: `--b \t\r\n${DISPOSITION}\r\n\r\nx\r\n--b--`, content: ['x'] },
  { name: 'an empty part', body: `--b\r\n${DISPOSITION}\r\n\r\n\r\n--b--`, content: [''] },
  { name: 'a part without even a line end', body: `--b\r\n${DISPOSITION}\r\n\r\n--b--`, content: [''] },
  {
    name: 'line ends inside a part',
    body: `--b\r\n${DISPOSITION}\r\n\r\n\r\n\r\n\n--b\r--b\r\n--b--`,
    content: ['\r\n\r\n\n--b\r--b'],
  },
  {
    name: 'bytes of every value',
    body: `--b\r\n${DISPOSITION}\r\n\r\n\x00\xff\x80\r\n--b--`,
    content: ['\x00\xff\x80'],
  },
  { name: 'no part at all', body: '--b--', content: [] },
  {
    name: 'several parts',
    body:
      `--b\r\n${DISPOSITION}\r\n\r\nx\r\n--b\r\nX-Other: 1\r\ncontent-disposition:form-data;\r\n name=a\r\n\r\ny\r\n--b--`,
    content: ['x', 'y'],
  },
];

for (const { name, body, content } of taken) {
  test(`splitForm() takes ${name}`, () => {
    assert.deepEqual(split(body), content.map((each) => ({ name: 'a', content: each })));
  });
}

test('splitForm() says what a part says about itself', () => {
  const header = `Content-Disposition: form-data; name="f"; filename="ü"\r\nContent-Type: text/plain; charset=x`;
  const result = splitForm(Buffer.from(`--b\r\n${header}\r\nContent-Transfer-Encoding: 8BIT\r\n\r\nx\r\n--b--`), 'b');
  assert.ok(result.ok);
  const [part] = result.value;
  assert.deepEqual([part?.name, part?.filename, part?.contentType], ['f', 'ü', 'text/plain; charset=x']);
});

const part = `${DISPOSITION}\r\n\r\nx\r\n`;
const refused: readonly { name: string; body: string; code?: string }[] = [
  { name: 'nothing', body: '' },
  { name: 'another boundary', body: `--c\r\n${part}--c--` },
  { name: 'no closing delimiter', body: `--b\r\n${part}` },
  { name: 'a closing delimiter with one dash', body: `--b\r\n${part}--b-` },
  { name: 'a delimiter that goes on', body: `--b\r\n${part}--bc\r\n` },
  { name: 'a delimiter without a line end', body: `--b\r\n${part}--b` },
  { name: 'a bare LF after a delimiter', body: `--b\n${part}--b--` },
  { name: 'a part without a header section', body: '--b\r\n\r\nx\r\n--b--' },
  { name: 'a header section that does not end', body: `--b\r\n${DISPOSITION}\r\nx\r\n--b--` },
  { name: 'a header section that is too long', body: `--b\r\nX: ${'x'.repeat(MAX_PART_HEADER)}\r\n${part}--b--` },
  { name: 'a line that is no field', body: `--b\r\nnothing\r\n${part}--b--` },
  { name: 'a bare CR in the header section', body: `--b\r\nX: a\rb\r\n${part}--b--` },
  { name: 'a NUL in the header section', body: `--b\r\nX: a\0\r\n${part}--b--` },
  { name: 'a field twice', body: `--b\r\n${DISPOSITION}\r\n${part}--b--` },
  { name: 'no Content-Disposition', body: '--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--' },
  { name: 'no name', body: '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--' },
  { name: 'an encoded part', body: `--b\r\nContent-Transfer-Encoding: base64\r\n${part}--b--` },
  { name: 'a name that is not UTF-8', body: `--b\r\nX: \xff\r\n${part}--b--`, code: 'malformed-utf8' },
  { name: 'too many parts', body: `${`--b\r\n${part}`.repeat(MAX_PARTS + 1)}--b--`, code: 'too-complex' },
];

for (const { name, body, code = 'malformed-form' } of refused) {
  test(`splitForm() refuses ${name}`, () => assert.equal(split(body), code));
}

test('splitForm() takes no form that is cut off anywhere', () => {
  const whole = `--b\r\n${part}--b\r\n${part}--b--`;
  for (let length = 0; length < whole.length; length++) assert.equal(split(whole.slice(0, length)), 'malformed-form');
  assert.equal(split(whole).length, 2);
});
