// Hosts and ports of backend URLs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseHostPort, toHostPortText } from '../../src/auth/host-port.ts';

const cases = [
  { text: 'example.com', value: { host: 'example.com', port: 389 }, shown: 'example.com:389' },
  { text: 'example.com:1', value: { host: 'example.com', port: 1 }, shown: 'example.com:1' },
  { text: '127.0.0.1:65535', value: { host: '127.0.0.1', port: 65535 }, shown: '127.0.0.1:65535' },
  { text: '[::1]', value: { host: '::1', port: 389 }, shown: '[::1]:389' },
  { text: '[2001:db8::1]:99', value: { host: '2001:db8::1', port: 99 }, shown: '[2001:db8::1]:99' },
];

for (const { text, value, shown } of cases) {
  test(`parseHostPort() reads ${text}`, () => {
    assert.deepEqual(parseHostPort(text, 389), { ok: true, value });
    assert.equal(toHostPortText(value), shown);
  });
}

for (const text of ['', ':389', '::1', '[example.com]', 'a b', 'a@b', 'a/b', 'a:', 'a:x', 'a:0', 'a:65536', '[::1]x']) {
  test(`parseHostPort() refuses "${text}"`, () => assert.equal(parseHostPort(text, 389).ok, false));
}
