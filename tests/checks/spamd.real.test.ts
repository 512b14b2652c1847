// The spam check against Debian's spamd and its rules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askSpamd } from '../../src/checks/spamd.ts';
import { startSpamd } from './support/spamd.ts';

const GTUBE = 'XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X';
const HEADER = [
  'Received: from mail.example.com ([192.0.2.1])',
  '\tby mx.test with ESMTP id 1; Sat, 21 Nov 2026 10:00:00 +0000',
  'From: Anna <anna@example.com>',
  'To: Bob <bob@example.org>',
  'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.com>',
  'Subject: Lunch on Tuesday',
].join('\r\n');

test('askSpamd() reads the verdicts of a real spamd on spam and on ham', async (context) => {
  const address = await startSpamd(context);
  const spam = await askSpamd([Buffer.from(`${HEADER}\r\n\r\n`), Buffer.from(`${GTUBE}\r\n`)], address);
  assert.equal(spam.result, 'fail');
  assert.ok(spam.symbols?.includes('GTUBE'), String(spam.symbols));
  assert.ok((spam.score ?? 0) >= 1000);
  assert.equal(spam.threshold, 5);
  const ham = await askSpamd([Buffer.from(`${HEADER}\r\n\r\nShall we meet at noon?\r\n`)], address);
  assert.equal(ham.result, 'pass');
  assert.equal(ham.result, 'pass');
  assert.ok((ham.score ?? 99) < 5, JSON.stringify(ham));
});
