// Parts decoded by mailparser.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeParts } from '../../src/reports/decode-parts.ts';
import { makeMultipart, takeApart } from './support/make-message.ts';

const NEVER = { deadline: new AbortController().signal };

test('base64, quoted-printable and plain parts are decoded in the order asked for', async () => {
  const { parts } = takeApart(makeMultipart([], [
    { type: 'application/gzip', encoding: 'base64', lines: ['AAEC', 'Aw=='] },
    { type: 'message/rfc822', encoding: 'quoted-printable', lines: ['a=3Db=', 'c'] },
    { type: 'text/html', encoding: '8bit', lines: ['<b>\xff</b>', 'x'] },
  ]));
  const decoded = await decodeParts(parts.map((part) => ({ part, maxBytes: 1000 })).reverse(), NEVER);
  assert.deepEqual(decoded, [
    Buffer.from('<b>\xff</b>\r\nx', 'latin1'),
    Buffer.from('a=bc'),
    Buffer.from([0, 1, 2, 3]),
  ]);
});

test('a message inside a part is not opened, and a part is cut where it is to be', async () => {
  const { parts } = takeApart(makeMultipart([], [{
    type: 'message/rfc822',
    lines: ['Content-Type: multipart/mixed; boundary=i', '', '--i', '', 'text', '--i--'],
  }]));
  const [decoded] = await decodeParts(parts.map((part) => ({ part, maxBytes: 30 })), NEVER);
  assert.equal(decoded?.toString(), 'Content-Type: multipart/mixed;');
});

test('nothing is asked for and nothing comes; an empty part is empty', async () => {
  assert.deepEqual(await decodeParts([], NEVER), []);
  const { parts } = takeApart(makeMultipart([], [{ type: 'text/plain', lines: [] }]));
  assert.deepEqual(await decodeParts(parts.map((part) => ({ part, maxBytes: 9 })), NEVER), [Buffer.alloc(0)]);
});

test('a deadline ends the work with a fault', async () => {
  const { parts } = takeApart(makeMultipart([], [{ type: 'text/plain', lines: ['x'.repeat(3_000_000)] }]));
  const controller = new AbortController();
  const work = decodeParts(parts.map((part) => ({ part, maxBytes: 3_000_000 })), { deadline: controller.signal });
  controller.abort();
  await assert.rejects(work, { name: 'ReportFault', message: /too long/ });
});
