import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DnsCache } from '../../src/checks/dns-cache.ts';
import { createResolver, isTemporaryDnsCode } from '../../src/checks/resolver.ts';
import { freePorts } from '../support/free-port.ts';
import { startNameServer, type Zone } from '../support/name-server.ts';

const zone: Zone = {
  'a.test': { A: ['192.0.2.1', '192.0.2.2'], TXT: ['one', ['t', 'w', 'o']], MX: ['10 mx.test'], ttl: 30 },
  'alias.test': { CNAME: ['A.test'] },
  'large.test': { TXT: ['x'.repeat(3000)] },
  'servfail.test': { otherwise: 2 },
  'refused.test': { otherwise: 5 },
  'odd.test': { otherwise: 9 },
  'silent.test': { otherwise: 'silence' },
  'lost.test': { CNAME: ['gone.test'] },
};
const quick = { timeoutMs: 2000, attempts: 1 };

test('createResolver() finds records, over TCP where they do not fit', async (context) => {
  const server = await startNameServer(context, zone);
  const resolver = createResolver({ servers: [server], ...quick });
  assert.deepEqual(await resolver.resolve('a.test', 'A'), ['192.0.2.1', '192.0.2.2']);
  assert.deepEqual(await resolver.resolve('A.TEST.', 'TXT'), [['one'], ['t', 'w', 'o']]);
  assert.deepEqual(await resolver.resolve('a.test', 'MX'), [{ priority: 10, exchange: 'mx.test' }]);
  assert.deepEqual(await resolver.resolve('alias.test', 'A'), ['192.0.2.1', '192.0.2.2']);
  const [text] = await resolver.resolve('large.test', 'TXT') as string[][];
  assert.equal(text?.join(''), 'x'.repeat(3000));
  assert.deepEqual(server.questions.slice(-2), ['TXT large.test', 'TXT large.test (TCP)']);
});

const failures: readonly [name: string, code: string, isTemporary: boolean][] = [
  ['nothing.test', 'ENOTFOUND', false],
  ['lost.test', 'ENOTFOUND', false],
  ['a.test', 'ENODATA', false],
  ['test', 'ENODATA', false],
  [`${'x'.repeat(64)}.test`, 'EBADNAME', false],
  ['servfail.test', 'ESERVFAIL', true],
  ['refused.test', 'EREFUSED', true],
  ['odd.test', 'ESERVFAIL', true],
  ['silent.test', 'ETIMEOUT', true],
];

for (const [name, code, isTemporary] of failures) {
  test(`createResolver() says ${code} of ${name.slice(0, 20)}, which is ${isTemporary ? 'temporary' : 'final'}`, async (context) => {
    const server = await startNameServer(context, zone);
    const resolver = createResolver({ servers: [server], timeoutMs: code === 'ETIMEOUT' ? 50 : 10_000, attempts: 1 });
    await assert.rejects(resolver.resolve(name, 'AAAA'), { code });
    assert.equal(isTemporaryDnsCode(code), isTemporary);
  });
}

test('createResolver() asks again only when the answer has grown old, also where there was none', async (context) => {
  const server = await startNameServer(context, zone);
  let now = 0;
  const resolver = createResolver({ servers: [server], ...quick, cache: new DnsCache({ now: () => now }) });
  const ask = async () => {
    await resolver.resolve('a.test', 'A');
    await assert.rejects(resolver.resolve('gone.test', 'A'));
    await assert.rejects(resolver.resolve('servfail.test', 'A'));
    return server.questions.length;
  };
  assert.equal(await ask(), 3);
  assert.equal(await ask(), 3);
  now = 5_000;
  assert.equal(await ask(), 4);
  now = 30_000;
  assert.equal(await ask(), 6);
  now = 60_000;
  assert.equal(await ask(), 9);
});

test('createResolver() asks one question once, however many want to know at the same time', async (context) => {
  const server = await startNameServer(context, { 'a.test': { A: ['192.0.2.1'], ttl: 0 } });
  const resolver = createResolver({ servers: [server], ...quick });
  await Promise.all(Array.from({ length: 20 }, (_, index) => resolver.resolve(index % 2 ? 'A.test' : 'a.test', 'A')));
  assert.deepEqual(server.questions, ['A a.test']);
  await resolver.resolve('a.test', 'A');
  assert.equal(server.questions.length, 2);
});

test('createResolver() asks the next server when one fails, and each as often as it is told', async (context) => {
  const broken = await startNameServer(context, { 'a.test': { otherwise: 2 }, 'b.test': { otherwise: 2 } });
  const silent = await startNameServer(context, { 'a.test': { otherwise: 'silence' }, 'b.test': { otherwise: 2 } });
  const good = await startNameServer(context, { 'a.test': { A: ['192.0.2.1'] }, 'b.test': { otherwise: 2 } });
  const resolver = createResolver({ servers: [broken, silent, good], timeoutMs: 1000, attempts: 3 });
  assert.deepEqual(await resolver.resolve('a.test', 'A'), ['192.0.2.1']);
  assert.deepEqual([broken, silent, good].map(({ questions }) => questions.length), [1, 1, 1]);
  await assert.rejects(resolver.resolve('b.test', 'A'), { code: 'ESERVFAIL' });
  assert.deepEqual([broken, silent, good].map(({ questions }) => questions.length), [4, 4, 4]);
});

test('createResolver() rejects in time when nobody listens', async () => {
  const [port = 0] = await freePorts(1);
  const resolver = createResolver({ servers: [{ address: '127.0.0.1', port }], timeoutMs: 50, attempts: 2 });
  await assert.rejects(
    resolver.resolve('a.test', 'A'),
    (error: Error & { code: string }) => isTemporaryDnsCode(error.code),
  );
});

test('createResolver() bounds how many questions are open and how many wait', async (context) => {
  const server = await startNameServer(context, {});
  const names = Array.from({ length: 2300 }, (_, index) => `n${index}.test`);
  const resolver = createResolver({ servers: [server], timeoutMs: 10_000, attempts: 2 });
  const codes = await Promise.all(names.map((name) => resolver.resolve(name, 'A').then(String, ({ code }) => code)));
  assert.equal(codes.filter((code) => code === 'EBUSY').length, 100);
  assert.equal(codes.filter((code) => code === 'ENOTFOUND').length, 2200);
});
