// Addresses as numbers: what parses, what does not, canonical text and loopback.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLoopback, normalizeIp, parseIpAddress, toIpText } from '../../src/mail/ip-address.ts';

const canonical = [
  ['0.0.0.0', '0.0.0.0'],
  ['255.255.255.255', '255.255.255.255'],
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['::', '::'],
  ['::1', '::1'],
  ['2001:DB8::', '2001:db8::'],
  ['2001:0db8:0000:0000:0000:0000:0000:0001', '2001:db8::1'],
  ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
  ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
  ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
  ['::192.0.2.1', '::c000:201'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::ffff:127.0.0.1%lo', '127.0.0.1'],
] as const;

for (const [text, expected] of canonical) {
  test(`parseIpAddress() reads ${text} and toIpText() writes it as ${expected}`, () => {
    const address = parseIpAddress(text);
    assert.ok(address);
    assert.equal(toIpText(address), expected);
    assert.deepEqual(parseIpAddress(expected), address);
  });
}

const malformed = [
  '',
  ' 1.2.3.4',
  '1.2.3',
  '1.2.3.4.5',
  '1.2.3.256',
  '1.2.3.04',
  '01.2.3.4',
  '0x7f.0.0.1',
  '1.2.3.-4',
  '1.2.3.4%eth0',
  ':',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7:8::',
  ':1:2:3:4:5:6:7',
  '12345::',
  'g::',
  '::1.2.3',
  '1.2.3.4::',
  '::1.2.3.4:1',
  'fe80::1%',
  '[::1]',
  'localhost',
];

for (const text of malformed) {
  test(`parseIpAddress() takes ${JSON.stringify(text)} for no address`, () => {
    assert.equal(parseIpAddress(text), undefined);
  });
}

test('isLoopback() knows 127.0.0.0/8, ::1 and the mapped forms, and nothing else', () => {
  const yes = ['127.0.0.1', '127.255.255.254', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1', '::1%lo'];
  const no = [
    '126.255.255.255',
    '128.0.0.1',
    '0.0.0.0',
    '::',
    '::2',
    '::127.0.0.1',
    '::ffff:10.0.0.1',
    'localhost',
    '',
  ];
  assert.deepEqual(yes.filter((text) => !isLoopback(text)), []);
  assert.deepEqual(no.filter((text) => isLoopback(text)), []);
});

test('normalizeIp() gives a dual-stack peer its IPv4 address and leaves other text alone', () => {
  assert.equal(normalizeIp('::ffff:10.1.2.3'), '10.1.2.3');
  assert.equal(normalizeIp('2001:DB8::1'), '2001:db8::1');
  assert.equal(normalizeIp('unknown'), 'unknown');
});
