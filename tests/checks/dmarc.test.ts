import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckedMessage } from '../../src/checks/checker.ts';
import { client, MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { signMessage } from '../support/signed-message.ts';

const elsewhere = { ...client, mailFrom: 'x@nobody.test' };
const verdicts: readonly [what: string, make: () => Promise<CheckedMessage>, spf: string, dmarc: string][] = [
  ['is forged', async () => toMessage(MESSAGE, { client: elsewhere }), 'none', 'fail'],
  [
    'has an SPF policy that nobody answers for, in the domain of the author',
    async () => toMessage(MESSAGE, { client: { ...client, mailFrom: 'x@slow.example.test' } }),
    'temperror',
    'temperror',
  ],
  [
    'has an SPF policy that nobody answers for, in the domain of a stranger',
    async () => toMessage(MESSAGE, { client: { ...client, mailFrom: 'x@slow.test' } }),
    'temperror',
    'fail',
  ],
  [
    'has a signature of the author whose key nobody answers for',
    async () =>
      toMessage(await signMessage(MESSAGE, { domain: 'example.test', selector: 'late' }), { client: elsewhere }),
    'none',
    'temperror',
  ],
  [
    'has a signature of a stranger whose key nobody answers for',
    async () =>
      toMessage(await signMessage(MESSAGE, { domain: 'stranger.test', selector: 'late' }), { client: elsewhere }),
    'none',
    'fail',
  ],
  [
    'has such a signature, but passes SPF',
    async () => toMessage(await signMessage(MESSAGE, { domain: 'example.test', selector: 'late' })),
    'pass',
    'pass',
  ],
  [
    'is of an author whose policy nobody answers for',
    async () => toMessage(MESSAGE.replace('example', 'late')),
    'pass',
    'temperror',
  ],
  ['is of an author without policy', async () => toMessage(MESSAGE.replace('example', 'nobody')), 'pass', 'none'],
  ['is of nobody', async () => toMessage(MESSAGE.replace('From', 'X-From')), 'pass', 'none'],
  ['is of authors of two domains', async () => toMessage(MESSAGE.replace('To: b', 'From: c')), 'pass', 'permerror'],
];

for (const [what, make, spf, dmarc] of verdicts) {
  test(`createChecker() says dmarc=${dmarc} of a message that ${what}`, async () => {
    const { results } = await runChecks(await make(), { checks: ['spf', 'dmarc'] });
    assert.deepEqual(results.map((each) => Object.values(each)[0]), [spf, dmarc]);
  });
}
