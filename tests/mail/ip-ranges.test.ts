// Range lists: which texts parse, which addresses they contain, and the fault for host bits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIpRanges, rangesContain, toRangeText } from '../../src/mail/ip-ranges.ts';

const lists = [
  { text: '', ranges: [] },
  { text: ' ; , ', ranges: [] },
  { text: '10.0.0.1', ranges: ['10.0.0.1/32'] },
  { text: '::1', ranges: ['::1/128'] },
  { text: '192.168.0.0/16;10.0.0.1;2001:db8::/32', ranges: ['192.168.0.0/16', '10.0.0.1/32', '2001:db8::/32'] },
  { text: '1.2.3.4/31, 4.5.6.4/30 ;', ranges: ['1.2.3.4/31', '4.5.6.4/30'] },
  { text: '0.0.0.0/0;::/0', ranges: ['0.0.0.0/0', '::/0'] },
  { text: '::ffff:10.0.0.0/104', ranges: ['10.0.0.0/8'] },
  { text: '::ffff:0:0/96', ranges: ['0.0.0.0/0'] },
  { text: 'fe80::%eth0/10', ranges: ['fe80::/10'] },
];

for (const { text, ranges } of lists) {
  test(`parseIpRanges() reads ${JSON.stringify(text)}`, () => {
    const result = parseIpRanges(text);
    assert.ok(result.ok);
    assert.deepEqual(result.value.map(toRangeText), ranges);
  });
}

const faults = [
  { text: '10.0.0.0/8;localhost', problem: '"localhost" is not an IP range' },
  { text: '10.0.0/8', problem: '"10.0.0/8" is not an IP range' },
  { text: '192.168.*.*', problem: '"192.168.*.*" is not an IP range' },
  { text: '10.0.0.0/33', problem: '"10.0.0.0/33" has no prefix length that fits its address' },
  { text: '10.0.0.0/', problem: '"10.0.0.0/" has no prefix length that fits its address' },
  { text: '10.0.0.0/08', problem: '"10.0.0.0/08" has no prefix length that fits its address' },
  { text: '10.0.0.0/255.0.0.0', problem: '"10.0.0.0/255.0.0.0" has no prefix length that fits its address' },
  { text: '2001:db8::/129', problem: '"2001:db8::/129" has no prefix length that fits its address' },
  { text: '::ffff:0.0.0.0/95', problem: '"::ffff:0.0.0.0/95" has no prefix length that fits its address' },
  {
    text: '192.168.1.5/16',
    problem: '"192.168.1.5/16" has address bits behind its prefix (the network is 192.168.0.0/16)',
  },
  {
    text: '2001:db8::1/32',
    problem: '"2001:db8::1/32" has address bits behind its prefix (the network is 2001:db8::/32)',
  },
  { text: '10.0.0.1/0', problem: '"10.0.0.1/0" has address bits behind its prefix (the network is 0.0.0.0/0)' },
];

for (const { text, problem } of faults) {
  test(`parseIpRanges() refuses ${text}`, () => {
    assert.deepEqual(parseIpRanges(text), { ok: false, problem });
  });
}

const memberships = [
  { list: '192.168.0.0/16', inside: ['192.168.0.0', '192.168.255.255'], outside: ['192.167.255.255', '192.169.0.0'] },
  { list: '10.0.0.1', inside: ['10.0.0.1', '::ffff:10.0.0.1', '::ffff:a00:1'], outside: ['10.0.0.2', '::10.0.0.1'] },
  { list: '0.0.0.0/0', inside: ['0.0.0.0', '255.255.255.255', '::ffff:1.2.3.4'], outside: ['::', '2001:db8::1'] },
  { list: '::/0', inside: ['::', 'ffff::1'], outside: ['1.2.3.4', '::ffff:1.2.3.4'] },
  { list: 'fe80::/10', inside: ['fe80::1%eth0', 'febf::1'], outside: ['fec0::1', 'fe7f::1'] },
  { list: '2001:db8::/33', inside: ['2001:db8:7fff::1'], outside: ['2001:db8:8000::1'] },
  { list: '1.2.3.4/31;::1', inside: ['1.2.3.4', '1.2.3.5', '::1'], outside: ['1.2.3.6', '::2', 'x', ''] },
  { list: '', inside: [], outside: ['127.0.0.1', '::1'] },
];

for (const { list, inside, outside } of memberships) {
  test(`rangesContain() draws the border of ${JSON.stringify(list)}`, () => {
    const result = parseIpRanges(list);
    assert.ok(result.ok);
    assert.deepEqual(inside.filter((address) => !rangesContain(result.value, address)), []);
    assert.deepEqual(outside.filter((address) => rangesContain(result.value, address)), []);
  });
}
