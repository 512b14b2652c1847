import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseProxyHeader } from '../../src/net/proxy-protocol.ts';

const SIGNATURE = '\r\n\r\n\0\r\nQUIT\n';
const v2 = (rest: readonly number[]) => Buffer.concat([Buffer.from(SIGNATURE, 'latin1'), Buffer.from(rest)]);
const ipv4 = [192, 0, 2, 1, 198, 51, 100, 7, 0, 123, 0, 25];
const ipv6 = [...Array.from({ length: 32 }, (_, index) => (index === 15 ? 1 : index === 31 ? 2 : 0)), 1, 0, 0, 25];

const valid = [
  { name: 'version 1 over IPv4', bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 123 25\r\n', source: '192.0.2.1 123' },
  { name: 'version 1 over IPv6', bytes: 'PROXY TCP6 2001:db8::1 2001:db8::2 65535 0\r\n', source: '2001:db8::1 65535' },
  { name: 'version 1 UNKNOWN', bytes: 'PROXY UNKNOWN\r\n', source: undefined },
  { name: 'version 1 UNKNOWN with a rest', bytes: 'PROXY UNKNOWN 1 2 3\r\n', source: undefined },
  { name: 'version 2 over IPv4', bytes: v2([0x21, 0x11, 0, 12, ...ipv4]), source: '192.0.2.1 123' },
  { name: 'version 2 over IPv6', bytes: v2([0x21, 0x21, 0, 36, ...ipv6]), source: '::1 256' },
  { name: 'version 2 LOCAL', bytes: v2([0x20, 0, 0, 0]), source: undefined },
  { name: 'version 2 LOCAL with addresses', bytes: v2([0x20, 0x11, 0, 12, ...ipv4]), source: undefined },
  { name: 'version 2 without a family', bytes: v2([0x21, 0, 0, 0]), source: undefined },
];

for (const { name, bytes, source } of valid) {
  test(`parseProxyHeader() takes ${name} and says where it ends`, () => {
    const header = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    const result = parseProxyHeader(Buffer.concat([header, Buffer.from('EHLO x\r\n')]));
    assert.equal(result.state, 'complete');
    if (result.state !== 'complete') return;
    assert.equal(result.length, header.length);
    const found = result.header.connection?.source;
    assert.equal(found && `${found.address} ${found.port}`, source);
  });

  test(`parseProxyHeader() waits for the rest of ${name}`, () => {
    const header = Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes);
    for (let length = 0; length < header.length; length++) {
      assert.equal(parseProxyHeader(header.subarray(0, length)).state, 'incomplete', `after ${length} bytes`);
    }
  });
}

const invalid = [
  { name: 'SMTP', bytes: 'EHLO me\r\n' },
  { name: 'a lower-case signature', bytes: 'proxy TCP4 192.0.2.1 198.51.100.7 123 25\r\n' },
  { name: 'a line without CR', bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 123 25\n' },
  { name: 'two blanks', bytes: 'PROXY TCP4  192.0.2.1 198.51.100.7 123 25\r\n' },
  { name: 'a trailing word', bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 123 25 x\r\n' },
  { name: 'the wrong family', bytes: 'PROXY TCP4 ::1 ::2 123 25\r\n' },
  { name: 'a port with a leading zero', bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 0123 25\r\n' },
  { name: 'a port beyond 65535', bytes: 'PROXY TCP4 192.0.2.1 198.51.100.7 65536 25\r\n' },
  { name: 'a line of 108 bytes', bytes: `PROXY UNKNOWN ${'x'.repeat(92)}\r\n` },
  { name: 'version 3', bytes: v2([0x31, 0x11, 0, 12, ...ipv4]) },
  { name: 'an unknown command', bytes: v2([0x22, 0x11, 0, 12, ...ipv4]) },
  { name: 'an unknown family', bytes: v2([0x21, 0x41, 0, 0]) },
  { name: 'an unknown transport', bytes: v2([0x21, 0x13, 0, 0]) },
  { name: 'addresses cut short', bytes: v2([0x21, 0x21, 0, 12, ...ipv4]) },
];

for (const { name, bytes } of invalid) {
  test(`parseProxyHeader() refuses ${name}`, () => {
    assert.equal(parseProxyHeader(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes)).state, 'invalid');
  });
}

test('parseProxyHeader() keeps the TLVs and ends the list at a broken one', () => {
  const result = parseProxyHeader(v2([0x21, 0x11, 0, 22, ...ipv4, 2, 0, 2, 0x61, 0x62, 5, 0, 9, 1, 2]));
  assert.equal(result.state, 'complete');
  if (result.state !== 'complete') return;
  assert.deepEqual(result.header.tlvs.map(({ type, value }) => [type, value.toString()]), [[2, 'ab']]);
});

// Where a set and the specification differ, by name; the section decides.
const CONTESTED = new Set([
  'unk2', // section 2.2: a family that is not known ends the connection
  'TestGetV2::test_wrong_proto_6shouldbe4', // section 2.2: LOCAL ignores family and addresses, cut short or not
]);
// Section 2.1: no version 1 line is longer than 107 bytes; the set writes addresses of nine groups.
const isTooLong = (hex: string) => hex.startsWith('50524f5859') && hex.length > 2 * 107;

for (const set of ['proxy-spec-and-nginx', 'proxy-aiosmtpd']) {
  test(`parseProxyHeader() agrees with the corpus ${set}`, (context) => {
    const path = `${process.env['MAILCHUTE_CORPORA']}/${set}/cases.jsonl`;
    if (!existsSync(path)) {
      context.diagnostic(`MAILCHUTE_CORPORA is not set: ${set} did not run`);
      return;
    }
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const wrong: string[] = [];
    for (const line of lines) {
      const { hex, valid: isValid, name = '', note = '' } = JSON.parse(line);
      const { state } = parseProxyHeader(Buffer.from(hex, 'hex'));
      const isContested = CONTESTED.has(name) || (note === 'spec example' && isTooLong(hex));
      if ((state === 'complete') !== isValid && !isContested) wrong.push(`${name} ${note}: ${state}`);
    }
    context.diagnostic(`${set}: ${lines.length - wrong.length} of ${lines.length} agree`);
    assert.deepEqual(wrong, []);
  });
}
