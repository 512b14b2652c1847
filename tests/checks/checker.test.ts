import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KEY_BUDGET } from '../../src/checks/dkim.ts';
import { DMARC_BUDGET } from '../../src/checks/dmarc.ts';
import { DnsFailure } from '../../src/checks/dns-exchange.ts';
import type { Resolver } from '../../src/checks/resolver.ts';
import { SPF_BUDGET } from '../../src/checks/spf.ts';
import { MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { KEY_RECORD, seal, signMessage } from '../support/signed-message.ts';

test('createChecker() gives one element for each check, in their order, and one for each signature', async () => {
  const signed = await seal(
    await signMessage(await signMessage(MESSAGE, { domain: 'example.test' }), { domain: 'stranger.test' }),
    { domain: 'example.test' },
  );
  const { results, events } = await runChecks(toMessage(signed), { checks: ['arc', 'dmarc', 'dkim', 'spf', 'spam'] });
  const signature = (domain: string, index: number) => {
    const b = [...signed.matchAll(/^DKIM-Signature:[^]*?\sb=([^]*?)\r\n(?![ \t])/gm)].map((match) =>
      match[1]?.replace(/\s/g, '').slice(0, 8)
    );
    return { dkim: 'pass', domain, selector: 's1', 'header.i': `@${domain}`, 'header.b': b[index] };
  };
  assert.deepEqual(results, [
    { spf: 'pass', 'smtp.mailfrom': 'bounce@example.test' },
    signature('stranger.test', 0),
    signature('example.test', 1),
    { dmarc: 'pass', 'header.from': 'a@example.test' },
    { arc: 'pass' },
    { spam: { result: 'temperror' } },
  ]);
  assert.deepEqual(events, ['check.spamd-unavailable']);
});

for (const name of ['spf', 'dkim', 'dmarc', 'arc', 'spam'] as const) {
  test(`createChecker() gives the element of ${name} alone when it is alone`, async () => {
    const { results } = await runChecks(toMessage(MESSAGE), { checks: [name] });
    assert.deepEqual(results.map((each) => Object.keys(each)[0]), [name]);
  });
}

test('createChecker() tells how long each check took, once for each message', async () => {
  const checked: string[] = [];
  await runChecks(toMessage(MESSAGE), {
    checks: ['spf', 'dkim', 'dmarc', 'arc', 'spam'],
    onChecked: (check, seconds) => checked.push(`${check} ${seconds >= 0}`),
  });
  assert.deepEqual(checked.toSorted(), ['arc true', 'dkim true', 'dmarc true', 'spam true', 'spf true']);
});

test('createChecker() does nothing when no check is configured', async () => {
  assert.deepEqual(await runChecks(toMessage(MESSAGE), { checks: [] }), { results: [], events: [] });
});

test('createChecker() has an answer when the DNS has none in time', async () => {
  const stuck: Resolver = { resolve: () => new Promise(() => {}) };
  const message = toMessage(
    await seal(await signMessage(MESSAGE, { domain: 'example.test' }), { domain: 'example.test' }),
  );
  const { results } = await runChecks(message, {
    checks: ['spf', 'dkim', 'dmarc', 'arc'],
    resolver: stuck,
    lookupsMs: 50,
  });
  assert.deepEqual(results.map((each) => Object.values(each)[0]), Array(4).fill('temperror'));
});

test('createChecker() makes the checks at the same time', async () => {
  const { promise: bothAsked, resolve: open } = Promise.withResolvers<void>();
  const awaited = new Set(['example.test', 's1._domainkey.example.test']);
  const answers = new Map([
    ['example.test', 'v=spf1 ip4:192.0.2.1 -all'],
    ['s1._domainkey.example.test', KEY_RECORD],
    ['_dmarc.example.test', 'v=DMARC1; p=reject'],
  ]);
  const resolver: Resolver = {
    async resolve(name, type) {
      awaited.delete(name);
      if (awaited.size === 0) open();
      // One after the other, the first would wait for the second in vain.
      await bothAsked;
      const answer = type === 'TXT' ? answers.get(name) : undefined;
      if (answer === undefined) throw new DnsFailure('ENOTFOUND', { question: { name, type } });
      return [[answer]];
    },
  };
  const message = toMessage(await signMessage(MESSAGE, { domain: 'example.test' }));
  const { results } = await runChecks(message, { checks: ['spf', 'dkim', 'dmarc'], resolver, lookupsMs: 5000 });
  assert.deepEqual(results.map((each) => Object.values(each)[0]), ['pass', 'pass', 'pass']);
});

test('createChecker() asks no more for a message than the budgets of its checks together', async () => {
  let asked = 0;
  const resolver: Resolver = {
    resolve(name) {
      asked++;
      // Every policy names twenty others, and none is the same.
      const names = Array.from({ length: 20 }, (_, index) => `include:n${asked}x${index}.test`);
      return Promise.resolve([[name.includes('_') ? 'nonsense' : `v=spf1 ${names.join(' ')} -all`]]);
    },
  };
  let text = MESSAGE;
  for (let index = 0; index < 20; index++) text = await signMessage(text, { domain: `d${index}.test` });
  await runChecks(toMessage(text), { checks: ['spf', 'dkim', 'dmarc', 'arc'], resolver });
  assert.ok(asked > 10 && asked <= SPF_BUDGET + 2 * KEY_BUDGET + DMARC_BUDGET, `${asked} questions`);
});

test('createChecker() survives a resolver that breaks', async () => {
  const broken: Resolver = {
    resolve: () => {
      throw new TypeError('broken');
    },
  };
  const { results } = await runChecks(toMessage(MESSAGE), {
    checks: ['spf', 'dkim', 'dmarc', 'arc'],
    resolver: broken,
  });
  assert.deepEqual(results.map((each) => Object.values(each)[0]), ['temperror', 'none', 'temperror', 'none']);
});
