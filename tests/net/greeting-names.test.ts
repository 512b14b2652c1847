import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadGreetingNames } from '../../src/net/greeting-names.ts';

const zone: { readonly [address: string]: string } = {
  '192.0.2.1': 'mx1.example.com.',
  '2001:db8::1': 'mx6.example.com',
  '192.0.2.66': 'evil\r\n250 name.example',
};
const options = {
  byAddress: new Map<string, string>(),
  configured: undefined,
  timeoutMs: 1000,
  addresses: [...Object.keys(zone), '192.0.2.99'],
  osName: 'box.example.net',
  reverse: async (address: string) => {
    const name = zone[address];
    if (name === undefined) throw new Error('ENOTFOUND');
    return [name];
  },
};

test('loadGreetingNames() takes smtp-hostname for every address', async () => {
  const nameFor = await loadGreetingNames({ ...options, configured: 'mx.example.org' });
  assert.equal(nameFor('192.0.2.1'), 'mx.example.org');
});

test('loadGreetingNames() takes the name configured for an address before any other', async () => {
  const byAddress = new Map([['192.0.2.1', 'mta1.example.com'], ['2001:db8::7', 'mta7.example.com']]);
  const withHostName = await loadGreetingNames({ ...options, byAddress, configured: 'mx.example.org' });
  const addresses = ['192.0.2.1', '::ffff:192.0.2.1', '2001:DB8:0::7', '192.0.2.2'];
  assert.deepEqual(addresses.map(withHostName), [
    'mta1.example.com',
    'mta1.example.com',
    'mta7.example.com',
    'mx.example.org',
  ]);
  const withoutHostName = await loadGreetingNames({ ...options, byAddress });
  assert.deepEqual(['192.0.2.1', '2001:db8::1'].map(withoutHostName), ['mta1.example.com', 'mx6.example.com']);
});

const cases = [
  { address: '192.0.2.1', name: 'mx1.example.com', why: 'the reverse DNS name without its final dot' },
  { address: '::ffff:192.0.2.1', name: 'mx1.example.com', why: 'an IPv4 address as a dual-stack socket shows it' },
  { address: '2001:db8::1', name: 'mx6.example.com', why: 'IPv6' },
  { address: '192.0.2.66', name: 'box.example.net', why: 'a reverse zone that does not hold a host name' },
  { address: '192.0.2.99', name: 'box.example.net', why: 'an address without a reverse zone' },
  { address: '127.0.0.1', name: 'box.example.net', why: 'an address nobody asked for' },
];
for (const { address, name, why } of cases) {
  test(`loadGreetingNames() greets as ${name} on ${address}: ${why}`, async () => {
    assert.equal((await loadGreetingNames(options))(address), name);
  });
}

test('loadGreetingNames() does not wait for a name server that stays silent', async () => {
  const reverse = () => new Promise<string[]>(() => {});
  const nameFor = await loadGreetingNames({ ...options, reverse, timeoutMs: 10 });
  assert.equal(nameFor('192.0.2.1'), 'box.example.net');
});

test('loadGreetingNames() never greets with something that is not a host name', async () => {
  const nameFor = await loadGreetingNames({ ...options, addresses: [], osName: 'my box' });
  assert.equal(nameFor('192.0.2.1'), 'localhost');
});
