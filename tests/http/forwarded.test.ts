// X-Forwarded-For: whom it names, and what names nobody.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readForwarded } from '../../src/http/forwarded.ts';

const isForwarder = (address: string) => address.startsWith('10.');

const cases: readonly { name: string; header: string; client: { address: string; port: number } | undefined }[] = [
  { name: 'one client', header: '192.0.2.1', client: { address: '192.0.2.1', port: 0 } },
  { name: 'the rightmost of several', header: '127.0.0.1, 192.0.2.1', client: { address: '192.0.2.1', port: 0 } },
  {
    name: 'a client before our proxies',
    header: '1.1.1.1,192.0.2.1,10.1.1.1,10.2.2.2',
    client: { address: '192.0.2.1', port: 0 },
  },
  { name: 'proxies only: the first', header: '10.0.0.9, 10.0.0.8', client: { address: '10.0.0.9', port: 0 } },
  { name: 'IPv6', header: '2001:DB8:0::1', client: { address: '2001:db8::1', port: 0 } },
  { name: 'IPv6 in brackets', header: '[2001:db8::1]', client: { address: '2001:db8::1', port: 0 } },
  { name: 'IPv6 with a port', header: '[2001:db8::1]:4711', client: { address: '2001:db8::1', port: 4711 } },
  { name: 'IPv4 with a port', header: '192.0.2.1:4711', client: { address: '192.0.2.1', port: 4711 } },
  { name: 'IPv4 mapped into IPv6', header: '::ffff:192.0.2.1', client: { address: '192.0.2.1', port: 0 } },
  {
    name: 'garbage that is none of our business',
    header: 'a<script>,,192.0.2.1',
    client: { address: '192.0.2.1', port: 0 },
  },
  { name: 'nothing', header: '', client: undefined },
  { name: 'a comma at the end', header: '192.0.2.1,', client: undefined },
  { name: 'garbage before our proxies', header: '192.0.2.1, unknown, 10.0.0.1', client: undefined },
  { name: 'a host name', header: 'client.example', client: undefined },
  { name: 'leading zeros', header: '192.0.2.01', client: undefined },
  { name: 'an impossible port', header: '192.0.2.1:65536', client: undefined },
  { name: 'a port without digits', header: '192.0.2.1:', client: undefined },
  { name: 'an open bracket', header: '[2001:db8::1', client: undefined },
];

for (const { name, header, client } of cases) {
  test(`readForwarded() reads ${name}`, () => assert.deepEqual(readForwarded(header, isForwarder), client));
}
