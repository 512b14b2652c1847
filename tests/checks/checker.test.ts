import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Resolver } from '../../src/checks/resolver.ts';
import { MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { seal, signMessage } from '../support/signed-message.ts';

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
