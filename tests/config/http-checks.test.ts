// Whom the HTTP door believes, and what may be overheard there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadText } from '../support/load-text.ts';

const files = { '/etc/tokens': '' };
const everyPeer = 'every peer is believed to be a proxy and can name any client: list the addresses of the proxies';
const nobody = 'has http-range at its default: no client of a proxy may use the door, set http-range';
const clear = 'true: tokens and passwords cross the network in the clear on http-port; http-secure-port has TLS';

const cases: readonly { name: string; file: string; warnings: readonly string[] }[] = [
  { name: 'proxies with a range', file: 'http-proxy: 192.0.2.1\nhttp-range: 0.0.0.0/0', warnings: [] },
  { name: 'proxies with tokens', file: 'http-forwarded: 192.0.2.1\nhttp-tokens: /etc/tokens', warnings: [] },
  {
    name: 'proxies whose clients may not use the door',
    file: 'http-proxy: 192.0.2.1\nhttp-forwarded: 192.0.2.2',
    warnings: [`config.txt:1: http-proxy: ${nobody}`, `config.txt:2: http-forwarded: ${nobody}`],
  },
  {
    name: 'peers that can name any client',
    file: 'http-range: 10.0.0.0/8\nhttp-proxy: 0.0.0.0/0\nhttp-forwarded: 10.0.0.1;::/0',
    warnings: [`config.txt:2: http-proxy: ${everyPeer}`, `config.txt:3: http-forwarded: ${everyPeer}`],
  },
  {
    name: 'credentials in the clear',
    file: 'http-plaintext-auth: true\nhttp-tokens: /etc/tokens',
    warnings: [`config.txt:1: http-plaintext-auth: ${clear}`],
  },
  {
    name: 'credentials in the clear on one address of the network',
    file: 'http-plaintext-auth: 1\nhttp-auth: users://*\nhttp-ip: 127.0.0.1,192.0.2.1',
    warnings: [`config.txt:1: http-plaintext-auth: ${clear}`],
  },
  {
    name: 'credentials in the clear on this host',
    file: 'http-plaintext-auth: 1\nhttp-tokens: /etc/tokens\nhttp-ip: 127.0.0.1,::1',
    warnings: [],
  },
  {
    name: 'credentials where every port has TLS',
    file: 'http-plaintext-auth: 1\nhttp-tokens: /etc/tokens\nhttp-port: 0\nhttp-secure-port: 8486\n' +
      'http-certificate: self-signed',
    warnings: [],
  },
  { name: 'no credentials', file: 'http-plaintext-auth: 1', warnings: [] },
];

for (const { name, file, warnings } of cases) {
  test(`${name}: ${warnings.length} warnings`, () => {
    const loaded = loadText({ file, files });
    assert.deepEqual(loaded.faults, []);
    assert.deepEqual(loaded.warnings, warnings);
  });
}
