// The file format, line by line: what is an entry, what is passed over, what is a fault.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseConfigFile } from '../../src/config/config-file.ts';
import { toFaultLine } from '../../src/config/fault.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

/** Name and value of each entry. */
function pairs(content: Uint8Array): string[][] {
  return parseConfigFile(content, 'c').entries.map(({ name, value }) => [name, value]);
}

const readable = [
  { name: 'nothing', text: '', expected: [] },
  { name: 'comments and blank lines', text: '# a: b\n\n   \n  # c: d\n#', expected: [] },
  { name: 'blanks around key and value', text: '  smtp-port \t:\t  25,26  ', expected: [['smtp-port', '25,26']] },
  { name: 'a value with colons', text: 'a: amqp://u:p@h:1/', expected: [['a', 'amqp://u:p@h:1/']] },
  { name: 'a value with a number sign', text: 'a: b # c', expected: [['a', 'b # c']] },
  { name: 'a value that starts with a number sign', text: 'a: #b', expected: [['a', '#b']] },
  { name: 'quotes as part of the value', text: 'a: "b"', expected: [['a', '"b"']] },
  { name: 'an empty value', text: 'a:\nb:  ', expected: [['a', ''], ['b', '']] },
  { name: 'a key without blank', text: 'a:b', expected: [['a', 'b']] },
  { name: 'CRLF line ends', text: 'a: b\r\nc: d\r\n', expected: [['a', 'b'], ['c', 'd']] },
  { name: 'no final line end', text: 'a: b\nc: d', expected: [['a', 'b'], ['c', 'd']] },
  { name: 'a byte order mark', text: '\ufeffa: b', expected: [['a', 'b']] },
  { name: 'UTF-8', text: 'a: köö', expected: [['a', 'köö']] },
  { name: 'the same key twice', text: 'a: 1\na: 2', expected: [['a', '1'], ['a', '2']] },
];

for (const { name, text, expected } of readable) {
  test(`parseConfigFile() reads ${name}`, () => {
    assert.deepEqual(pairs(bytes(text)), expected);
    assert.deepEqual(parseConfigFile(bytes(text), 'c').faults, []);
  });
}

test('parseConfigFile() knows the line of each entry', () => {
  const { entries } = parseConfigFile(bytes('# one\n\nsmtp-port: 25\r\n#\nserver-id: 1'), '/etc/c.txt');
  assert.deepEqual(entries.map(({ origin, where }) => [origin, where]), [
    ['/etc/c.txt:3', '/etc/c.txt:3: smtp-port'],
    ['/etc/c.txt:5', '/etc/c.txt:5: server-id'],
  ]);
});

const faulty = [
  {
    name: 'a line without colon',
    content: bytes('a: 1\nfoo bar\nb: 2'),
    expected: ['c:2: has no colon, expected "key: value"'],
  },
  {
    name: 'a known key without colon',
    content: bytes('smtp-port 25'),
    expected: ['c:1: has no colon after smtp-port, expected "smtp-port: value"'],
  },
  {
    name: 'a line without key',
    content: bytes(': 25'),
    expected: ['c:1: has no key before the colon, expected "key: value"'],
  },
  {
    name: 'Latin-1 bytes',
    content: Uint8Array.of(0x61, 0x3a, 0xe9, 0x0a, 0x23, 0xe9, 0x0a, 0x62, 0x3a, 0x31),
    expected: ['c:1: is not valid UTF-8', 'c:2: is not valid UTF-8'],
  },
  { name: 'a NUL byte', content: bytes('a: 1\nb: \0\nc: 1'), expected: ['c:2: has a NUL byte'] },
  { name: 'a NUL byte in a comment', content: bytes('# \0'), expected: ['c:1: has a NUL byte'] },
  {
    name: 'UTF-16',
    content: Uint8Array.of(0xff, 0xfe, 0x61, 0, 0x3a, 0, 0x0a, 0),
    expected: ['c: is UTF-16, expected UTF-8: save it as UTF-8'],
  },
];

for (const { name, content, expected } of faulty) {
  test(`parseConfigFile() reports ${name} and reads on`, () => {
    assert.deepEqual(parseConfigFile(content, 'c').faults.map(toFaultLine), expected);
  });
}

test('parseConfigFile() keeps the good lines of a faulty file', () => {
  assert.deepEqual(pairs(bytes('a: 1\nfoo\nb: 2')), [['a', '1'], ['b', '2']]);
});

test('parseConfigFile() shows no password of a line without colon', () => {
  const [fault] = parseConfigFile(bytes('smtp-password hunter2'), 'c').faults;
  assert.match(fault?.text ?? '', /smtp-password/);
  assert.doesNotMatch(fault?.text ?? '', /hunter2/);
});
