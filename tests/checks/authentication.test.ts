import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { client, MESSAGE, runChecks, toMessage } from '../support/run-checks.ts';
import { signMessage } from '../support/signed-message.ts';

test('createChecker() asks neither SPF nor DMARC of a message that no mail client hands in', async () => {
  const { results } = await runChecks(toMessage(MESSAGE, { client: undefined }), {
    checks: ['spf', 'dkim', 'dmarc', 'arc'],
  });
  assert.deepEqual(results, [{ dkim: 'none' }, { arc: 'none' }]);
});

test('createChecker() says what the signatures are when the message is too large in its head', async () => {
  const long = `${'X: y\r\n'.repeat(5000)}${MESSAGE}`;
  const { results, events } = await runChecks(toMessage(long), { checks: ['spf', 'dkim', 'dmarc', 'arc'] });
  assert.deepEqual(results.map((each) => Object.values(each)[0]), ['pass', 'neutral', 'pass', 'permerror']);
  assert.deepEqual(events, []);
});

test('createChecker() lets nobody escape DMARC by making the message too large to verify', async () => {
  const forged = { ...client, mailFrom: 'x@nobody.test' };
  const checks = ['dkim', 'dmarc'] as const;
  const signed = await signMessage(MESSAGE, { domain: 'stranger.test' });
  for (const message of [`${'X: y\r\n'.repeat(5000)}${signed}`, `${signed}${'x'.repeat(2_000_000)}`]) {
    const { results } = await runChecks(toMessage(message, { client: forged }), { checks });
    assert.deepEqual(results, [{ dkim: 'neutral' }, { dmarc: 'fail', 'header.from': 'a@example.test' }]);
  }
  const authors = MESSAGE.replace('From: ', `From: ${'b@example.test, '.repeat(8000)}`);
  const { results } = await runChecks(toMessage(authors, { client: forged }), { checks });
  assert.deepEqual(results, [{ dkim: 'neutral' }, { dmarc: 'permerror' }]);
});

test('createChecker() takes whatever bytes there are', async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
  for (
    const text of [
      '',
      '\r\n',
      'From',
      'From:\r\n',
      'DKIM-Signature: a=b\r\nARC-Seal: i=1\r\nFrom: <\r\n\r\n',
      ' \r\n:\r\n\r\n',
    ]
  ) {
    const message = { ...splitHeaderSection([Buffer.from(text), all]), client, mta: 'mx.test', session: 's' };
    const { results, events } = await runChecks(message, { checks: ['spf', 'dkim', 'dmarc', 'arc'] });
    assert.equal(results.length, 4, text);
    assert.deepEqual(events, [], text);
  }
});
