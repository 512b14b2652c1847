// The words of a notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { noticeText } from '../../src/reports/notice-text.ts';
import { makeMultipart, takeApart } from './support/make-message.ts';
import type { PartInput } from './support/make-message.ts';

function textOf(parts: readonly PartInput[]): string {
  return noticeText(takeApart(makeMultipart([], parts)).parts);
}

test('text parts are decoded and joined up to the returned message', () => {
  const text = textOf([
    { type: 'text/plain; charset=iso-8859-1', encoding: 'quoted-printable', lines: ['unzustell=', 'bar f=FCr'] },
    { type: 'text/plain; charset=utf-8', encoding: 'base64', lines: [Buffer.from('zwei').toString('base64')] },
    { type: 'message/rfc822', lines: ['Subject: x', '', 'returned'] },
    { type: 'text/plain', lines: ['after'] },
  ]);
  assert.equal(text, 'unzustellbar für\nzwei');
});

test('the tags of HTML become line breaks or nothing', () => {
  const lines = ['<p>Dear&nbsp;<b>user</b></p><br/>&lt;a@b.example&gt; &amp;c'];
  assert.equal(textOf([{ type: 'text/html', lines }]).trim(), 'Dear user\n<a@b.example> &c');
});

test('only the start of a part is read', () => {
  assert.ok(textOf([{ type: 'text/plain', lines: ['x'.repeat(1_000_000)] }]).length < 20_000);
});

test('a message without text has none', () => {
  assert.equal(textOf([{ type: 'image/png', lines: ['x'] }]), '');
});
