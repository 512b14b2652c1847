// Ports, addresses and ranges: what each reads and refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addresses, namesByAddress, ports, ranges, rangesOrPath, rangesOrSwitch } from '../../src/config/endpoints.ts';
import { toRangeText } from '../../src/mail/ip-ranges.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType('ports()', ports(), {
  reads: [
    ['25', [25]],
    ['25,2525,1024-1026', [25, 2525, 1024, 1025, 1026]],
    ['25 , 587 - 588', [25, 587, 588]],
    ['7-7', [7]],
    ['25,25,24-26', [25, 24, 26]],
    ['0', []],
    ['1', [1]],
    ['65535', [65535]],
  ],
  refuses: [
    ['99999', '"99999" is not a port'],
    ['65536', '"65536" is not a port'],
    ['25,0', '"0" is not a port'],
    ['0-25', '"0" is not a port'],
    ['smtp', '"smtp" is not a port'],
    ['25;26', '"25;26" is not a port'],
    ['25,', '"" is not a port'],
    ['1-2-3', '"1-2-3" is not a port'],
    ['-25', '"-25" is not a port'],
    ['2.5', '"2.5" is not a port'],
    ['26-25', '"26-25" runs backwards'],
    ['1-99999999999999999999', '"99999999999999999999" is not a port'],
  ],
});

testValueType('addresses()', addresses(), {
  reads: [
    ['127.0.0.1', ['127.0.0.1']],
    ['1.2.3.4; 1.2.3.5', ['1.2.3.4', '1.2.3.5']],
    ['127.0.0.1,::1', ['127.0.0.1', '::1']],
    ['fe80::1%eth0', ['fe80::1%eth0']],
    ['::,::', ['::']],
  ],
  refuses: [
    ['localhost', '"localhost" is not an IP address'],
    ['1.2.3.4,1.2.3', '"1.2.3" is not an IP address'],
    ['1.2.3.0/24', '"1.2.3.0/24" is not an IP address'],
    ['*', '"*" is not an IP address'],
  ],
});

test('ports() and addresses() take an empty value for none, ranges() for not set', () => {
  assert.deepEqual([ports().whenEmpty, addresses().whenEmpty, ranges().whenEmpty], [[], [], undefined]);
});

test('ranges() reads MailerQ semicolons and names the network behind host bits', () => {
  const read = ranges().parse('192.168.0.0/16;127.0.0.1');
  assert.deepEqual(read.ok && read.value.map(toRangeText), ['192.168.0.0/16', '127.0.0.1/32']);
  assert.deepEqual(ranges().parse('10.0.0.7/24'), {
    ok: false,
    problem: '"10.0.0.7/24" has address bits behind its prefix (the network is 10.0.0.0/24)',
  });
});

const host = (text: string) => {
  const read = ranges().parse(text);
  assert.ok(read.ok);
  return read.value;
};

testValueType('rangesOrSwitch()', rangesOrSwitch(), {
  reads: [
    ['10.0.0.1', host('10.0.0.1')],
    ['10.0.0.0/8; ::1', host('10.0.0.0/8;::1')],
    ['1', host('0.0.0.0/0;::/0')],
    ['TRUE', host('0.0.0.0/0;::/0')],
    ['0', []],
    ['no', []],
  ],
  refuses: [['2', '"2" is not an IP range'], ['proxy.example.com', '"proxy.example.com" is not an IP range']],
});

testValueType('rangesOrPath()', rangesOrPath(), {
  reads: [
    ['10.0.0.1', { ranges: host('10.0.0.1') }],
    ['10.0.0.0/8;2001:db8::/32', { ranges: host('10.0.0.0/8;2001:db8::/32') }],
    ['::/0', { ranges: host('::/0') }],
    ['/etc/mailchute/blocklist', { path: '/etc/mailchute/blocklist' }],
    ['blocklist.txt', { path: 'blocklist.txt' }],
    ['./10.0.0.1', { path: './10.0.0.1' }],
    ['deadbeef', { path: 'deadbeef' }],
  ],
  refuses: [
    ['10.0.0.1/33', '"10.0.0.1/33" has no prefix length that fits its address'],
    ['10.0.0.1/8', '"10.0.0.1/8" has address bits behind its prefix (the network is 10.0.0.0/8)'],
    ['10.0.0.1;/etc/more', '"/etc/more" is not an IP range'],
    ['2001:db8', '"2001:db8" is not an IP range'],
  ],
});

testValueType('namesByAddress()', namesByAddress(), {
  reads: [
    ['192.0.2.1=mx1.example.com', new Map([['192.0.2.1', 'mx1.example.com']])],
    ['192.0.2.1 = a ; ::ffff:192.0.2.2=b,', new Map([['192.0.2.1', 'a'], ['192.0.2.2', 'b']])],
    ['2001:DB8:0::1=a', new Map([['2001:db8::1', 'a']])],
  ],
  refuses: [
    ['mx1.example.com=192.0.2.1', '"mx1.example.com" is not an IP address'],
    ['192.0.2.1', '"192.0.2.1" has no name'],
    ['192.0.2.1=a b', '"a b" is not a host name'],
    ['192.0.2.1=a=b', '"a=b" is not a host name'],
    ['192.0.2.0/24=a', '"192.0.2.0/24" is not an IP address'],
    ['192.0.2.1=a;::ffff:192.0.2.1=b', '"::ffff:192.0.2.1" has two names'],
  ],
});
