// The index says of every address what the list itself says, also when the list is long.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toIpText } from '../../src/mail/ip-address.ts';
import { toRangeIndex } from '../../src/mail/ip-range-index.ts';
import { parseIpRanges, rangesContain } from '../../src/mail/ip-ranges.ts';

function rangesOf(text: string) {
  const ranges = parseIpRanges(text);
  assert.ok(ranges.ok);
  return ranges.value;
}

const lists = [
  '',
  '10.0.0.1',
  '10.0.0.0/8;192.0.2.128/25;192.0.2.1/32',
  '0.0.0.0/0',
  '::/0',
  '2001:db8::/32,2001:db9::1;::1',
  '::ffff:10.0.0.0/104',
];
const addresses = ['10.0.0.1', '10.255.0.0', '11.0.0.0', '192.0.2.1', '192.0.2.2', '192.0.2.200', '::1', '::'].concat(
  ['2001:db8::1', '2001:db9::1', '2001:db9::2', '::ffff:10.9.9.9', 'fe80::1%eth0', '', 'localhost', '10.0.0'],
);

for (const list of lists) {
  test(`toRangeIndex() answers as the list does: "${list}"`, () => {
    const ranges = rangesOf(list);
    const isIn = toRangeIndex(ranges);
    for (const address of addresses) assert.equal(isIn(address), rangesContain(ranges, address), address);
    assert.equal(addresses.filter(isIn).length > 0, list !== '');
  });
}

test('toRangeIndex() finds each of many networks and nothing between them', () => {
  const even = Array.from({ length: 50_000 }, (_, index) => 0x0a000000n + BigInt(index) * 512n);
  const isIn = toRangeIndex(even.map((value) => ({ network: { bits: 32, value }, prefix: 24 })));
  for (const value of even) {
    assert.equal(isIn(toIpText({ bits: 32, value: value + 255n })), true);
    assert.equal(isIn(toIpText({ bits: 32, value: value + 256n })), false);
  }
});
