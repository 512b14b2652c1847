// The MIME fields of one header section, well-formed and not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMimeHeader, parseParameters, readFields } from '../../src/reports/mime-header.ts';

const PARAMETERS: readonly (readonly [string, string, Readonly<Record<string, string>>])[] = [
  ['', '', {}],
  ['text/plain', 'text/plain', {}],
  ['text/plain; charset=utf-8', 'text/plain', { charset: 'utf-8' }],
  ['text/plain;charset = "UTF-8" ; x=y', 'text/plain', { charset: 'UTF-8', x: 'y' }],
  ['a/b; name="semi;colon=\\"quoted\\""; c=d', 'a/b', { name: 'semi;colon="quoted"', c: 'd' }],
  ['a/b (comment); boundary=x (comment)', 'a/b', { boundary: 'x' }],
  ['a/b; name="never closed; c=d', 'a/b', { name: 'never closed; c=d' }],
  ['a/b; boundary=first; boundary=second', 'a/b', { boundary: 'first' }],
  ['a/b; ; ;=x; "y"; z', 'a/b', {}],
  ["a/b; filename*=utf-8''%e2%82%ac.xml", 'a/b', { filename: '€.xml' }],
  ['a/b; filename*0*=utf-8\'\'%e2%82%ac!; filename*1="b.xml"; filename*2=.gz', 'a/b', { filename: '€!b.xml.gz' }],
  ["a/b; filename*=utf-8''%zz", 'a/b', { filename: '%zz' }],
];

test('a value is read with its parameters', () => {
  for (const [text, value, params] of PARAMETERS) {
    const parsed = parseParameters(text);
    assert.equal(parsed.value, value, text);
    assert.deepEqual(Object.fromEntries(parsed.params), params, text);
  }
});

test('a part is described by its type, encoding and file name', () => {
  const header = Buffer.from(
    'Content-Type: Application/GZIP; name="a.gz"\r\nContent-Transfer-Encoding: Base64 (really)\r\n' +
      'Content-Disposition: attachment;\r\n\tfilename="b.gz"\r\n\r\n',
  );
  const { type, encoding, filename } = parseMimeHeader(header);
  assert.deepEqual({ type, encoding, filename }, { type: 'application/gzip', encoding: 'base64', filename: 'b.gz' });
});

test('what has no type, or one that is none, is text', () => {
  for (const header of ['', 'Content-Type:\r\n', 'Content-Type: text\r\n', 'Content-Type: a b/c\r\n']) {
    assert.equal(parseMimeHeader(Buffer.from(header)).type, 'text/plain');
  }
});

test('the first field of a name counts, and of a long one its start', () => {
  const header = Buffer.from(`A: 1\r\nA: 2\r\nB: ${'x'.repeat(100_000)}\r\n\r\n`);
  const fields = readFields(header, new Set(['a', 'b']));
  assert.equal(fields.get('a'), '1');
  assert.ok((fields.get('b') ?? '').length <= 4096);
});
