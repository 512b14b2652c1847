// Composing: what a mail reader gets back out of the message, and the bounds of the work.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { simpleParser } from 'mailparser';
import { composeMail } from '../../src/http/compose-mail.ts';
import type { StructuredMail } from '../../src/http/structured-mail.ts';

const MAIL: StructuredMail = {
  from: [{ name: 'Ä "x" <y>, z', address: 'a@x.example' }],
  to: [{ name: '', address: 'b@x.example' }, { name: 'C', address: 'c@x.example' }],
  cc: [],
  headers: [],
  attachments: [],
};
const OPTIONS = { maxBytes: 1_000_000 };

async function compose(mail: Partial<StructuredMail>): Promise<Buffer> {
  const composed = await composeMail({ ...MAIL, ...mail }, OPTIONS);
  assert.ok(composed.ok);
  return Buffer.concat(composed.value);
}

test('composeMail() writes what a mail reader reads back', async () => {
  const bytes = Buffer.from([...Array(256).keys()]);
  const content = await compose({
    subject: 'Grüße',
    text: 'line\nline\r\nlast\rend',
    html: '<img src="cid:logo">',
    headers: [{ key: 'X-Mine', value: 'one' }, { key: 'x-mine', value: 'two' }, {
      key: 'Reply-To',
      value: 'q@x.example',
    }],
    attachments: [
      { filename: 'ü.bin', contentType: 'application/octet-stream', content: bytes, inline: false },
      { filename: 'empty', contentType: 'application/pdf', content: Buffer.alloc(0), inline: false },
      { filename: 'l.png', contentType: 'image/png', content: bytes, contentId: 'logo', inline: true },
    ],
  });
  const mail = await simpleParser(content, { skipImageLinks: true });
  assert.deepEqual(mail.from?.value, [...MAIL.from]);
  assert.equal(mail.subject, 'Grüße');
  assert.equal(mail.text?.trimEnd(), 'line\nline\nlast\nend');
  assert.deepEqual(mail.headers.get('x-mine'), ['one', 'two']);
  assert.equal(mail.replyTo?.text, 'q@x.example');
  assert.deepEqual(
    mail.attachments.map(({ filename, contentDisposition, cid, content }) => ({
      filename,
      contentDisposition,
      cid,
      size: content.length,
    })).sort((one, other) => String(one.filename).localeCompare(String(other.filename))),
    [
      { filename: 'empty', contentDisposition: 'attachment', cid: undefined, size: 0 },
      { filename: 'l.png', contentDisposition: 'inline', cid: 'logo', size: 256 },
      { filename: 'ü.bin', contentDisposition: 'attachment', cid: undefined, size: 256 },
    ],
  );
  assert.deepEqual(mail.attachments.find(({ filename }) => filename === 'ü.bin')?.content, bytes);
  const text = content.toString('latin1');
  assert.doesNotMatch(text, /(?<!\r)\n|\r(?!\n)/);
  for (const name of ['Date', 'Message-ID', 'MIME-Version']) assert.match(text, new RegExp(`^${name}: `, 'm'));
});

test('composeMail() keeps what the caller says about Date and Message-ID', async () => {
  const headers = [{ key: 'Message-ID', value: '<1@x.example>' }, {
    key: 'Date',
    value: 'Mon, 1 Jan 2024 00:00:00 +0000',
  }];
  const text = (await compose({ headers })).toString();
  assert.match(text, /^Message-ID: <1@x.example>\r$/m);
  assert.equal(text.match(/^Message-ID:/gm)?.length, 1);
  assert.match(text, /^Date: Mon, 1 Jan 2024 00:00:00 \+0000\r$/m);
});

test('composeMail() reads headers named key and value as headers', async () => {
  const text = (await compose({ headers: [{ key: 'key', value: 'Bcc' }, { key: 'value', value: 'x' }] })).toString();
  assert.match(text, /^Key: Bcc\r\nValue: x\r$/m);
});

test('composeMail() stops at its bound', async () => {
  const composed = await composeMail({ ...MAIL, text: 'x'.repeat(2000) }, { maxBytes: 2000 });
  assert.ok(!composed.ok);
  assert.equal(composed.problem.code, 'too-large');
});
