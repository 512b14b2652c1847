// Who is let in: the address rule, and the guard against web pages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLocalHost, refuseAccess } from '../../src/http/access.ts';
import type { AddressSource } from '../../src/net/client-gate.ts';

const hosts: readonly { host: string; local: boolean }[] = [
  { host: 'localhost', local: true },
  { host: 'localhost:8485', local: true },
  { host: 'LOCALHOST.', local: true },
  { host: 'mail.localhost:1', local: true },
  { host: '127.0.0.1:8485', local: true },
  { host: '10.1.2.3', local: true },
  { host: '[::1]:8485', local: true },
  { host: '[2001:db8::1]', local: true },
  { host: '', local: false },
  { host: 'example.com', local: false },
  { host: 'localhost.example.com', local: false },
  { host: 'evillocalhost', local: false },
  { host: '.localhost', local: false },
  { host: '127.0.0.1.example.com', local: false },
  { host: '127.1', local: false },
  { host: '2130706433', local: false },
  { host: '0x7f.0.0.1', local: false },
  { host: '[localhost]', local: false },
  { host: '::1', local: false },
];

for (const { host, local } of hosts) {
  test(`isLocalHost() takes ${JSON.stringify(host)} for ${local ? 'local' : 'elsewhere'}`, () => {
    assert.equal(isLocalHost(host), local);
  });
}

const in10 = (address: string) => address.startsWith('10.');

const requests: readonly {
  name: string;
  address: string;
  source?: AddressSource;
  isMisnamed?: true;
  headers?: { readonly [name: string]: string };
  isAllowed?: (address: string) => boolean;
  code: string | undefined;
}[] = [
  { name: 'IPv4 loopback', address: '127.8.9.1', code: undefined },
  { name: 'IPv6 loopback', address: '::1', code: undefined },
  { name: 'another address without a range', address: '10.0.0.1', code: 'out-of-range' },
  { name: 'no address at all', address: '', code: 'out-of-range' },
  { name: 'a loopback address that a proxy names', address: '127.0.0.1', source: 'header', code: 'out-of-range' },
  {
    name: 'a range with a loopback address that a proxy names',
    address: '127.0.0.1',
    source: 'header',
    isAllowed: () => true,
    code: undefined,
  },
  {
    name: 'a proxy that names nobody',
    address: '',
    source: 'header',
    isMisnamed: true,
    isAllowed: () => true,
    code: 'malformed-forwarded',
  },
  { name: 'an address in the range', address: '10.0.0.1', isAllowed: in10, code: undefined },
  { name: 'loopback outside the range', address: '127.0.0.1', isAllowed: in10, code: 'out-of-range' },
  { name: 'an Origin', address: '::1', headers: { origin: 'http://localhost' }, code: 'cross-site' },
  { name: 'the opaque Origin', address: '::1', headers: { origin: 'null' }, code: 'cross-site' },
  { name: 'a cross-site fetch', address: '::1', headers: { 'sec-fetch-site': 'cross-site' }, code: 'cross-site' },
  { name: 'an address bar', address: '::1', headers: { 'sec-fetch-site': 'none' }, code: undefined },
  { name: 'a rebound name', address: '::1', headers: { host: 'evil.example:8485' }, code: 'cross-site' },
  {
    name: 'a rebound name in the range',
    address: '10.0.0.1',
    headers: { host: 'evil.example' },
    isAllowed: in10,
    code: 'cross-site',
  },
];

for (const { name, address, source = 'socket', isMisnamed, headers = {}, isAllowed, code } of requests) {
  test(`refuseAccess() answers ${name} with ${code ?? 'nothing'}`, () => {
    const all: { readonly [name: string]: string } = { host: 'localhost', ...headers };
    const problem = refuseAccess(
      { peer: { address, source, ...(isMisnamed ? { isMisnamed } : {}) }, header: (name) => all[name] },
      isAllowed === undefined ? {} : { isAllowed },
    );
    assert.equal(problem?.code, code);
  });
}
