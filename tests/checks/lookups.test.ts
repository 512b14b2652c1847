import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DnsFailure } from '../../src/checks/dns-exchange.ts';
import { Lookups } from '../../src/checks/lookups.ts';
import type { Resolver } from '../../src/checks/resolver.ts';

const never = new AbortController().signal;
const values = ['b', 'a'];
const resolver: Resolver = {
  async resolve(name, type) {
    if (name === 'stuck.test') await new Promise(() => {});
    const code = { 'gone.test': 'ENOTFOUND', 'late.test': 'ETIMEOUT' }[name];
    if (code !== undefined) throw new DnsFailure(code, { question: { name, type } });
    return values;
  },
};

test('Lookups gives lists that may be changed', async () => {
  const lookups = new Lookups(resolver, { budget: 2, signal: never });
  (await lookups.resolve('a.test', 'A')).sort();
  assert.deepEqual(await lookups.resolve('a.test', 'A'), ['b', 'a']);
});

test('Lookups notes the names that could not be found out, and those only', async () => {
  const lookups = new Lookups(resolver, { budget: 3, signal: never });
  await assert.rejects(lookups.resolve('gone.test', 'TXT'), { code: 'ENOTFOUND' });
  assert.deepEqual([...lookups.unknown], []);
  await assert.rejects(lookups.resolve('late.test', 'TXT'), { code: 'ETIMEOUT' });
  assert.deepEqual([...lookups.unknown], ['late.test']);
});

test('Lookups asks no more than its budget allows', async () => {
  const lookups = new Lookups(resolver, { budget: 1, signal: never });
  await lookups.resolve('a.test', 'A');
  await assert.rejects(lookups.resolve('B.test', 'A'), { code: 'ECANCELLED' });
  assert.deepEqual([...lookups.unknown], ['b.test']);
});

test('Lookups waits for nothing once its time is over', async () => {
  const late = new AbortController();
  const lookups = new Lookups(resolver, { budget: 10, signal: late.signal });
  const stuck = assert.rejects(lookups.resolve('stuck.test', 'A'), { code: 'ETIMEOUT' });
  late.abort();
  await stuck;
  await assert.rejects(lookups.resolve('a.test', 'A'), { code: 'ETIMEOUT' });
});

test('Lookups knows the record types that the checks use', async () => {
  const lookups = new Lookups(resolver, { budget: 1, signal: never });
  await assert.rejects(lookups.resolve('a.test', 'ANY'), /Cannot look up ANY records/);
});
