// The resolver and the checks against Knot DNS with a zone of its own.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createChecker } from '../../src/checks/checker.ts';
import { createResolver } from '../../src/checks/resolver.ts';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { KEY_RECORD, seal, signMessage } from '../support/signed-message.ts';
import { startKnot } from './support/knot.ts';

function toText(text: string): string {
  return (text.match(/.{1,255}/g) ?? []).map((piece) => `"${piece}"`).join(' ');
}

const zone = {
  origin: 'test',
  records: [
    '$ORIGIN example.test.',
    '@ TXT "v=spf1 mx:alias.example.test -all"',
    '@ 30 MX 10 mail',
    '@ MX 20 ns.test.',
    'alias CNAME @',
    'mail A 192.0.2.1',
    'mail AAAA 2001:db8::1',
    `s1._domainkey TXT ${toText(KEY_RECORD)}`,
    `large TXT ${toText('x'.repeat(4000))}`,
    '_dmarc TXT "v=DMARC1; p=reject"',
    '*.wild TXT "any"',
  ],
};

test('createResolver() finds what a real name server has, and what it has not', async (context) => {
  const resolver = createResolver({ servers: [await startKnot(context, zone)], timeoutMs: 5000, attempts: 1 });
  assert.deepEqual(await resolver.resolve('mail.example.test', 'A'), ['192.0.2.1']);
  assert.deepEqual(await resolver.resolve('mail.example.test', 'AAAA'), ['2001:db8::1']);
  assert.deepEqual(await resolver.resolve('a.b.wild.example.test', 'TXT'), [['any']]);
  const exchanges = await resolver.resolve('Alias.Example.test', 'MX');
  const expected = [
    { priority: 10, exchange: 'mail.example.test' },
    { priority: 20, exchange: 'ns.test' },
  ];
  const sorted = [...exchanges].sort((a, b) => JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
  assert.deepEqual(sorted, expected);
  const [large] = await resolver.resolve('large.example.test', 'TXT') as string[][];
  assert.equal(large?.join('').length, 4000);
  await assert.rejects(resolver.resolve('gone.example.test', 'A'), { code: 'ENOTFOUND' });
  await assert.rejects(resolver.resolve('mail.example.test', 'TXT'), { code: 'ENODATA' });
  await assert.rejects(resolver.resolve('elsewhere.invalid', 'A'), { code: 'EREFUSED' });
});

test('createChecker() reaches its verdicts through a real name server', async (context) => {
  const resolver = createResolver({ servers: [await startKnot(context, zone)], timeoutMs: 5000, attempts: 1 });
  const log = createRecordingLog();
  const spamd = { host: '127.0.0.1', port: 1, timeoutMs: 1000 };
  const checker = createChecker({ checks: ['spf', 'dkim', 'dmarc', 'arc'], resolver, spamd, log });
  const message = 'From: a@example.test\r\nSubject: x\r\n\r\nhello\r\n';
  const signed = await seal(await signMessage(message, { domain: 'example.test' }), { domain: 'example.test' });
  const run = async (text: string, remoteIp: string, mailFrom = 'a@example.test') => {
    const client = { mailFrom, helo: 'mail.example.test', remoteIp };
    const content = splitHeaderSection([Buffer.from(text)]);
    const results = await checker.run({ ...content, client, mta: 'mx.test', session: 's' });
    return results.map((each) => Object.values(each)[0]);
  };
  assert.deepEqual(await run(signed, '2001:db8::1'), ['pass', 'pass', 'pass', 'pass']);
  assert.deepEqual(await run(message, '192.0.2.9'), ['fail', 'none', 'fail', 'none']);
  assert.deepEqual(await run(signed.replace('hello', 'bye'), '192.0.2.1'), ['pass', 'fail', 'pass', 'fail']);
  assert.deepEqual(await run(message, '192.0.2.1', 'a@elsewhere.invalid'), ['temperror', 'none', 'fail', 'none']);
  assert.deepEqual(log.events, []);
});
