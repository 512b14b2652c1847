// The command grammar: lines, verbs, and the paths and parameters of MAIL and RCPT.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { decodeLine, parseCommand, parsePathArgument } from '../../src/smtp/command.ts';

const lines = [
  { name: 'ASCII', bytes: [0x4e, 0x4f, 0x4f, 0x50], expected: 'NOOP' },
  { name: 'nothing', bytes: [], expected: '' },
  { name: 'a tab', bytes: [0x41, 0x09, 0x42], expected: 'A\tB' },
  { name: 'UTF-8', bytes: [0x61, 0xc3, 0xbc], expected: 'aü' },
  { name: 'a byte order mark', bytes: [0xef, 0xbb, 0xbf, 0x41], expected: '\ufeffA' },
  { name: 'Latin-1', bytes: [0x61, 0xfc], expected: undefined },
  { name: 'a UTF-8 sequence cut short', bytes: [0x61, 0xc3], expected: undefined },
  { name: 'an overlong UTF-8 dot', bytes: [0xc0, 0xae], expected: undefined },
  { name: 'a surrogate in UTF-8', bytes: [0xed, 0xa0, 0x80], expected: undefined },
  { name: 'NUL', bytes: [0x41, 0x00], expected: undefined },
  { name: 'a bare CR', bytes: [0x41, 0x0d, 0x42], expected: undefined },
  { name: 'DEL', bytes: [0x7f], expected: undefined },
  { name: 'ESC', bytes: [0x1b, 0x5b], expected: undefined },
];

for (const { name, bytes, expected } of lines) {
  test(`decodeLine() gives ${JSON.stringify(expected)} for ${name}`, () => {
    assert.equal(decodeLine(Buffer.from(bytes)), expected);
  });
}

const commands = [
  ['', '', ''],
  ['quit', 'QUIT', ''],
  ['Quit ', 'QUIT', ''],
  ['EHLO  a.example ', 'EHLO', 'a.example'],
  ['EHLO\ta.example', 'EHLO', 'a.example'],
  ['mail FROM:<A@b>', 'MAIL', 'FROM:<A@b>'],
  [' NOOP', '', 'NOOP'],
] as const;

for (const [line, verb, argument] of commands) {
  test(`parseCommand() splits ${JSON.stringify(line)} into ${verb} and ${JSON.stringify(argument)}`, () => {
    assert.deepEqual(parseCommand(line), { verb, argument });
  });
}

const paths = [
  ['FROM:<>', ''],
  ['FROM:<a@b>', 'a@b'],
  ['from:<a@b>', 'a@b'],
  ['FROM: <a@b>', 'a@b'],
  ['FROM:<@x,@y:a@b>', '@x,@y:a@b'],
  ['FROM:<"a>b"@c>', '"a>b"@c'],
  ['FROM:<"a\\">b"@c>', '"a\\">b"@c'],
  ['FROM:<"a b"@c>', '"a b"@c'],
  ['FROM:<o"brien@c>', 'o"brien@c'],
] as const;

for (const [argument, path] of paths) {
  test(`parsePathArgument() finds the path of ${argument}`, () => {
    const parsed = parsePathArgument(argument, { keyword: 'FROM', bare: false });
    assert.deepEqual(parsed, { ok: true, path, parameters: new Map() });
  });
}

const faults = [
  ['', 'syntax'],
  ['a@b', 'syntax'],
  ['TO:<a@b>', 'syntax'],
  ['FROM <a@b>', 'syntax'],
  ['FROM :<a@b>', 'syntax'],
  ['FROM:', 'path'],
  ['FROM:<', 'path'],
  ['FROM:<a@b', 'path'],
  ['FROM:a@b', 'path'],
  ['FROM:<a@b>>', 'path'],
  ['FROM:<a@b>SIZE=1', 'path'],
  ['FROM:<a@b> =', 'parameter'],
  ['FROM:<a@b> SIZE=', 'parameter'],
  ['FROM:<a@b> SIZE=1=2', 'parameter'],
  ['FROM:<a@b> SIZE=1 size=2', 'parameter'],
  ['FROM:<a@b> -X', 'parameter'],
  ['FROM:<a@b> SI_ZE=1', 'parameter'],
  [`FROM:<a@b>${Array.from({ length: 33 }, (_, index) => ` X${index}`).join('')}`, 'parameter'],
] as const;

for (const [argument, fault] of faults) {
  test(`parsePathArgument() finds a ${fault} fault in ${JSON.stringify(argument.slice(0, 40))}`, () => {
    assert.deepEqual(parsePathArgument(argument, { keyword: 'FROM', bare: false }), { ok: false, fault });
  });
}

test('parsePathArgument() takes a path without brackets only where that is allowed', () => {
  const parsed = parsePathArgument('TO:a@b NOTIFY=NEVER', { keyword: 'TO', bare: true });
  assert.deepEqual(parsed, { ok: true, path: 'a@b', parameters: new Map([['NOTIFY', 'NEVER']]) });
  for (const argument of ['FROM:', 'FROM: ']) {
    assert.deepEqual(parsePathArgument(argument, { keyword: 'FROM', bare: true }), { ok: false, fault: 'path' });
  }
});

test('parsePathArgument() reads parameters in any case, with and without values, with any blanks between', () => {
  const parsed = parsePathArgument('FROM:<a@b>\tSize=10  smtputf8 ENVID=QQ+2B;x', { keyword: 'FROM', bare: false });
  assert.ok(parsed.ok);
  assert.deepEqual([...parsed.parameters], [['SIZE', '10'], ['SMTPUTF8', true], ['ENVID', 'QQ+2B;x']]);
});
