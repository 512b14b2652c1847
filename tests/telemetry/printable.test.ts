// Values that peers choose, as they stand in a log.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeUnprintable, toPrintableJson } from '../../src/telemetry/printable.ts';

const hostile = [
  ['a C1 control sequence', '\x9b2J', '\\u009b2J'],
  ['delete', '\x7f', '\\u007f'],
  ['a line separator', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['an override of the direction', '\u202egnp.exe', '\\u202egnp.exe'],
  ['a zero-width space', 'pay\u200bpal', 'pay\\u200bpal'],
  ['a byte order mark', '\ufeffx', '\\ufeffx'],
  ['a tag character beyond the first plane', '\u{e0041}', '\\udb40\\udc41'],
  ['an escape sequence', '\x1b]0;x\x07', '\\u001b]0;x\\u0007'],
  ['line ends', 'a\r\nb', 'a\\r\\nb'],
  ['half a character', '\ud800', '\\ud800'],
] as const;

for (const [name, value, inside] of hostile) {
  test(`toPrintableJson() escapes ${name}, and a parser gets it back`, () => {
    const json = toPrintableJson(value);
    assert.equal(json, `"${inside}"`);
    assert.equal(JSON.parse(json), value);
  });
}

test('escapeUnprintable() leaves what people read as it is', () => {
  const json = JSON.stringify({ name: 'Žofie', mark: 'e\u0301', sign: '€ "quoted" \\ 😀', space: ' ' });
  assert.equal(escapeUnprintable(`${json}\n`), `${json}\n`);
});
