import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DnsCache, type DnsOutcome } from '../../src/checks/dns-cache.ts';

const found: DnsOutcome = { found: true, values: ['192.0.2.1'] };

test('DnsCache keeps an outcome for as long as it may, and a day at most', () => {
  let now = 0;
  const cache = new DnsCache({ now: () => now });
  cache.set('short', { outcome: found, ttlSeconds: 10 });
  cache.set('none', { outcome: { found: false, code: 'ENOTFOUND' }, ttlSeconds: 20 });
  cache.set('long', { outcome: found, ttlSeconds: 1_000_000 });
  cache.set('not at all', { outcome: found, ttlSeconds: 0 });
  now = 9_999;
  assert.equal(cache.get('short'), found);
  assert.equal(cache.get('not at all'), undefined);
  now = 10_000;
  assert.equal(cache.get('short'), undefined);
  assert.deepEqual(cache.get('none'), { found: false, code: 'ENOTFOUND' });
  now = 86_400_000;
  assert.equal(cache.get('long'), undefined);
});

test('DnsCache forgets what was not used for longest when there are too many entries', () => {
  const cache = new DnsCache({ maxEntries: 2 });
  cache.set('a', { outcome: found, ttlSeconds: 60 });
  cache.set('b', { outcome: found, ttlSeconds: 60 });
  cache.get('a');
  cache.set('c', { outcome: found, ttlSeconds: 60 });
  assert.deepEqual(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined), [true, false, true]);
});

test('DnsCache forgets when its entries are too large together, and takes none that is too large alone', () => {
  const cache = new DnsCache({ maxBytes: 5000 });
  const large = (length: number): DnsOutcome => ({ found: true, values: [['x'.repeat(length)]] });
  cache.set('a', { outcome: large(1000), ttlSeconds: 60 });
  cache.set('b', { outcome: large(1000), ttlSeconds: 60 });
  cache.set('c', { outcome: large(1000), ttlSeconds: 60 });
  assert.deepEqual(['a', 'b', 'c'].map((key) => cache.get(key) !== undefined), [false, true, true]);
  cache.set('d', { outcome: large(3000), ttlSeconds: 60 });
  assert.deepEqual(['b', 'c', 'd'].map((key) => cache.get(key) !== undefined), [true, true, false]);
  cache.set('b', { outcome: large(10), ttlSeconds: 60 });
  cache.set('e', { outcome: large(1000), ttlSeconds: 60 });
  assert.deepEqual(['b', 'c', 'e'].map((key) => cache.get(key) !== undefined), [true, true, true]);
});
