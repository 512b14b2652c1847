// The header fields that reports are told by.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessageFields } from '../../src/reports/message-fields.ts';

test('fields are decoded, unfolded, and empty when they are missing', () => {
  const fields = readMessageFields(Buffer.from('From: =?utf-8?q?Mailer=2DDaemon?=\r\n <>\r\nSubject: a\r\n b\r\n\r\n'));
  assert.equal(fields.from, 'Mailer-Daemon <>');
  assert.equal(fields.subject, 'a b');
  assert.equal(fields.mime.type, 'text/plain');
  assert.equal(fields.raw('auto-submitted'), '');
});

const SENDERS: readonly (readonly [string, string | undefined, boolean])[] = [
  ['Return-Path: <>', undefined, true],
  ['Return-Path: <a@b.example>', undefined, false],
  ['X: y', undefined, false],
  ['Return-Path: <a@b.example>', '', true],
  ['Return-Path: <>', 'a@b.example', false],
];

test('the envelope says whether the sender is null, and without it the Return-Path field', () => {
  for (const [line, mailFrom, nullSender] of SENDERS) {
    assert.equal(readMessageFields(Buffer.from(`${line}\r\n\r\n`), mailFrom).nullSender, nullSender, line);
  }
});

test('fields far down in an endless header section are not seen', () => {
  const fields = readMessageFields(Buffer.from(`${'X: y\r\n'.repeat(100_000)}Subject: late\r\n\r\n`));
  assert.equal(fields.subject, '');
});
