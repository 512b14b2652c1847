// Extraction and signatures: what is taken out was not signed, so what was signed still verifies.

import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { extractXMq } from '../../src/pipeline/x-mq.ts';
import { KEY_RECORD, signMessage } from '../support/signed-message.ts';

const MESSAGE = [
  'From: Ada <ada@example.com>',
  'To: info@example.org',
  'Subject: signed   with  odd spacing',
  'Date: Sat, 21 Nov 2026 08:39:49 +0000',
  'Message-ID: <1@example.com>',
  '',
  'The body.',
  '',
].join('\r\n');

async function verdict(message: string): Promise<string | undefined> {
  const resolver = (name: string, type: string) =>
    name === 's1._domainkey.example.com' && type === 'TXT'
      ? Promise.resolve([[KEY_RECORD]])
      : Promise.reject(Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }));
  const { results } = await dkimVerify(Buffer.from(message, 'latin1'), { resolver });
  return results[0]?.status.result;
}

test('extractXMq() leaves a DKIM signature over other headers valid', async () => {
  const signed = await signMessage(MESSAGE, { domain: 'example.com' });
  const withHeaders = `x-mq-tag: first\r\n${signed.replace('\r\nSubject:', '\r\nX-MQ-Pool: p\r\n folded\r\nSubject:')}`;
  const { header, body } = splitHeaderSection([Buffer.from(withHeaders, 'latin1')]);
  const extracted = extractXMq(header);
  assert.deepEqual(extracted.properties, { tags: ['first'], pool: 'p folded' });
  const after = Buffer.concat([extracted.header, ...body]).toString('latin1');
  assert.equal(after, signed);
  assert.equal(await verdict(after), 'pass');
  assert.equal(await verdict(after.replace('odd spacing', 'even spacing')), 'fail');
});
