// Messages taken apart at their boundaries.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { parseMimeHeader } from '../../src/reports/mime-header.ts';
import { splitParts } from '../../src/reports/split-parts.ts';

const LIMITS = { maxParts: 10, maxDepth: 3 };

function split(lines: readonly string[], limits = LIMITS): [string, string][] {
  const { header, body } = splitHeaderSection([Buffer.from(lines.join('\r\n'))]);
  const parts = splitParts({ header, mime: parseMimeHeader(header), body: Buffer.concat(body) }, limits);
  return parts.map(({ mime, body: bytes }) => [mime.type, bytes.toString()]);
}

test('a message that is no multipart is its own part', () => {
  assert.deepEqual(split(['Content-Type: text/html', '', 'a', '--b', 'c']), [['text/html', 'a\r\n--b\r\nc']]);
});

test('preamble and epilogue are no parts, and the line end before a delimiter is not content', () => {
  const lines = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    'pre',
    '--b',
    '',
    'one',
    '--b  ',
    'X: y',
    '',
    'two',
    '',
  ];
  assert.deepEqual(split([...lines, '--b--', 'post', '--b', '', 'three']), [['text/plain', 'one'], [
    'text/plain',
    'two\r\n',
  ]]);
});

test('nested multiparts give their leaves in order, and an outer delimiter ends the inner ones', () => {
  const lines = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: multipart/alternative; boundary=bb',
  ];
  assert.deepEqual(split([...lines, '', '--bb', '', '1', '--bb', 'Content-Type: text/html', '', '2', '--b', '', '3']), [
    ['text/plain', '1'],
    ['text/html', '2'],
    ['text/plain', '3'],
  ]);
});

test('an encapsulated message is not opened', () => {
  const inner = ['Content-Type: multipart/mixed; boundary=c', '', '--c', '', 'x', '--c--'];
  const lines = ['Content-Type: multipart/mixed; boundary=b', '', '--b', 'Content-Type: message/rfc822', '', ...inner];
  assert.deepEqual(split([...lines, '--b--']), [['message/rfc822', inner.join('\r\n')]]);
});

test('a part may have no header section, no empty line or no content', () => {
  const lines = [
    'Content-Type: multipart/mixed; boundary=b',
    '',
    '--b',
    'Content-Type: text/html',
    '--b',
    '--b',
    '',
    '--b--',
  ];
  assert.deepEqual(split(lines), [['text/html', ''], ['text/plain', ''], ['text/plain', '']]);
});

test('a part that never ends ends with the message', () => {
  assert.deepEqual(split(['Content-Type: multipart/mixed; boundary=b', '', '--b', '', 'x']), [['text/plain', 'x']]);
});

test('bare line feeds delimit as well', () => {
  const body = Buffer.from('--b\nContent-Type: text/html\n\nx\n--b--\n');
  const header = Buffer.from('Content-Type: multipart/mixed; boundary=b\r\n');
  const [part] = splitParts({ header, mime: parseMimeHeader(header), body }, LIMITS);
  assert.equal(part?.mime.type, 'text/html');
  assert.equal(part?.body.toString(), 'x');
});

test('a multipart without a boundary is one part', () => {
  assert.deepEqual(split(['Content-Type: multipart/mixed', '', 'x']), [['multipart/mixed', 'x']]);
});

test('no more parts than allowed are taken', () => {
  const lines = Array.from({ length: 50 }, (_, index) => `--b\r\n\r\n${index}`);
  assert.equal(split(['Content-Type: multipart/mixed; boundary=b', '', ...lines]).length, LIMITS.maxParts);
});

test('what is nested deeper than allowed stays closed', () => {
  const levels = ['b', 'c', 'd', 'e', 'f'];
  const lines = levels.map((name) => `Content-Type: multipart/mixed; boundary=${name}\r\n\r\n--${name}`);
  const [part] = split([...lines, '', 'x']);
  assert.equal(part?.[0], 'multipart/mixed');
  assert.match(part?.[1] ?? '', /^--e\r\nContent-Type: multipart\/mixed; boundary=f/);
});
