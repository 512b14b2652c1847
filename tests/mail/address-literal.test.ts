// Address literals: the grammar of RFC 5321 section 4.1.3, which differs from what sockets take.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAddressLiteral } from '../../src/mail/address-literal.ts';

const valid = [
  '[0.0.0.0]',
  '[192.0.2.1]',
  '[255.255.255.255]',
  '[001.02.3.010]',
  '[IPv6:1:2:3:4:5:6:7:8]',
  '[IPv6:ABCD:ef01:2345:6789:abcd:EF01:2345:6789]',
  '[ipv6:::1]',
  '[IPV6:::]',
  '[IPv6:1::]',
  '[IPv6:1::8]',
  '[IPv6:1:2:3:4:5:6::]',
  '[IPv6:::3:4:5:6:7:8]',
  '[IPv6:1:2:3::6:7:8]',
  '[IPv6:1:2:3:4:5:6:192.0.2.1]',
  '[IPv6:::192.0.2.1]',
  '[IPv6:::ffff:192.0.2.1]',
  '[IPv6:1:2:3:4::192.0.2.1]',
  '[IPv6:1:2::5:6:192.0.2.1]',
  '[IPv6:::ffff:192.0.2.001]',
];

for (const literal of valid) {
  test(`isAddressLiteral() takes ${literal}`, () => assert.equal(isAddressLiteral(literal), true));
}

const malformed = [
  '',
  '[',
  ']',
  '[]',
  '192.0.2.1',
  '[192.0.2.1',
  '192.0.2.1]',
  '[192.0.2.1] ',
  '[ 192.0.2.1]',
  '[192.0.2.1 ]',
  '[[192.0.2.1]]',
  '[192.0.2]',
  '[192.0.2.1.1]',
  '[192.0.2.256]',
  '[192.0.2.1000]',
  '[192.0.2.0001]',
  '[192.0.2.]',
  '[192.0..1]',
  '[.192.0.2.1]',
  '[192.0.2.-1]',
  '[192.0.2.+1]',
  '[192.0.2.0x1]',
  '[192.0.2.1e1]',
  '[192.0.2.\u0661]',
  '[3221225985]',
  '[::1]',
  '[2001:db8::1]',
  '[IPv6:]',
  '[IPv6: ::1]',
  '[IPv6:::1%eth0]',
  '[IPv6:::1/128]',
  '[IPv6:192.0.2.1]',
  '[IPv6:1:2:3:4:5:6:7]',
  '[IPv6:1:2:3:4:5:6:7:8:9]',
  '[IPv6:1:2:3:4:5:6:7:8:]',
  '[IPv6::1:2:3:4:5:6:7:8]',
  '[IPv6:12345::]',
  '[IPv6:g::]',
  '[IPv6:::1::]',
  '[IPv6::::]',
  '[IPv6::]',
  '[IPv6:1:::2]',
  // The :: stands for two groups at least, where a socket address may have it for one.
  '[IPv6:1:2:3:4:5:6:7::]',
  '[IPv6:::2:3:4:5:6:7:8]',
  '[IPv6:1:2:3:4::6:7:8]',
  '[IPv6:1:2:3:4:5::192.0.2.1]',
  '[IPv6:1:2:3:4:5:6:7:192.0.2.1]',
  '[IPv6:1:2:3:4:5:192.0.2.1]',
  '[IPv6:192.0.2.1::]',
  '[IPv6:::192.0.2.1:1]',
  '[IPv6:::192.0.2]',
  '[IPv6:::192.0.2.256]',
  // A tag must be registered; only IPv6 is.
  '[IPv4:192.0.2.1]',
  '[Tag:content]',
  '[IPv6]',
];

for (const literal of malformed) {
  test(`isAddressLiteral() refuses ${JSON.stringify(literal)}`, () => assert.equal(isAddressLiteral(literal), false));
}
