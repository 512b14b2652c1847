// Our Received field: what it says for each door, and that nothing a peer says can make more than one field of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headerFields, unfoldedValue } from '../../src/mail/header-section.ts';
import { addReceived, toDateTime } from '../../src/pipeline/received.ts';
import { makeDraft, ORIGINS, SETTINGS, type SubmissionParts } from '../support/submissions.ts';

function fieldFor(parts: SubmissionParts): string {
  const draft = makeDraft(parts);
  addReceived(draft, SETTINGS);
  return draft.header.toString('latin1');
}

const smtp = ORIGINS.smtp;
const ipv6 = { ...smtp.connection, remoteIp: '2001:db8::7' };

const fields = [
  [
    'SMTP',
    smtp,
    'Received: from client.example.com ([198.51.100.7])\r\n\tby mx.example.com with ESMTP id ID0;\r\n',
  ],
  [
    'SMTP inside TLS from an IPv6 address',
    { ...smtp, connection: ipv6, protocol: 'ESMTPS', tls: { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' } },
    'Received: from client.example.com ([IPv6:2001:db8::7])\r\n' +
    '\tby mx.example.com with ESMTPS (TLSv1.3 TLS_AES_256_GCM_SHA384) id ID0;\r\n',
  ],
  ['HTTP', ORIGINS.http, 'Received: from [198.51.100.7] (HTTP client)\r\n\tby mx.example.com with HTTP id ID0;\r\n'],
  [
    'HTTPS',
    { ...ORIGINS.http, secure: true },
    'Received: from [198.51.100.7] (HTTP client)\r\n\tby mx.example.com with HTTPS id ID0;\r\n',
  ],
  [
    'the command line',
    ORIGINS.cli,
    'Received: from localhost (command line)\r\n\tby mx.example.com with LOCAL id ID0;\r\n',
  ],
] as const;

for (const [name, origin, expected] of fields) {
  test(`addReceived() writes the field for ${name}`, () => {
    assert.equal(fieldFor({ origin }), `${expected}\tFri, 2 Jan 2026 03:04:05 +0000\r\n`);
  });
}

test('addReceived() puts the field on top of the header section and leaves the rest as it was', () => {
  const draft = makeDraft();
  draft.header = Buffer.from('A: \u00e9\r\n\r\n', 'latin1');
  const before = draft.body;
  addReceived(draft, SETTINGS);
  assert.match(draft.header.toString('latin1'), /^Received: [^]*\+0000\r\nA: \u00e9\r\n\r\n$/);
  assert.equal(draft.body, before);
});

test('addReceived() does nothing where smtp-received is off', () => {
  const draft = makeDraft();
  const header = draft.header;
  addReceived(draft, { ...SETTINGS, addReceived: false });
  assert.equal(draft.header, header);
});

test('addReceived() names no recipient and no sender, and the id of the first record only', () => {
  const recipients = ['secret@example.org', 'bcc@example.org'];
  for (const origin of Object.values(ORIGINS)) {
    const field = fieldFor({ origin, mailFrom: 'from@example.org', recipients });
    assert.equal(/secret|bcc|from@|example\.org| for |ID1/.test(field), false, field);
    assert.match(field, / id ID0;/);
  }
});

const shownHelos = [
  'a',
  'localhost',
  'MX-1.example.com',
  'example.com.',
  '[192.0.2.1]',
  '[IPv6:2001:db8::1]',
  'under_score.lan',
];

for (const helo of shownHelos) {
  test(`addReceived() shows the HELO argument ${helo}`, () => {
    assert.ok(fieldFor({ origin: { ...smtp, helo } }).startsWith(`Received: from ${helo} ([198.51.100.7])\r\n`));
  });
}

const hiddenHelos = [
  '',
  ' ',
  'a b',
  'a\r\nBcc: x@y',
  'a\nb',
  'a\r',
  'a\n',
  'a\u0000',
  'a\tb',
  '(comment)',
  'a) (b',
  'a;b',
  'a"b',
  'a@b',
  '<a>',
  '[192.0.2.1',
  '192.0.2.1]',
  '[a b]',
  '.a',
  'a..b',
  'm\u00fcller.example',
  '\u2028',
  '\u010d\u010a.example',
  'x'.repeat(256),
];

for (const helo of hiddenHelos) {
  test(`addReceived() does not show the HELO argument ${JSON.stringify(helo.slice(0, 40))}`, () => {
    const header = Buffer.from(fieldFor({ origin: { ...smtp, helo } }), 'latin1');
    const [field, ...more] = headerFields(header);
    assert.ok(field !== undefined && more.length === 0);
    assert.match(
      unfoldedValue(header, field),
      /^from unknown \(\[198\.51\.100\.7\]\)\tby mx\.example\.com with ESMTP id ID0;\t/,
    );
  });
}

test('addReceived() keeps lines within 998 characters and folds them with a tab, whatever the names', () => {
  const helo = `${`${'x'.repeat(62)}.`.repeat(4)}xyz`;
  const tls = { version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384' };
  const lines = fieldFor({ origin: { ...smtp, helo, tls, connection: ipv6 }, hostname: helo }).split('\r\n');
  assert.equal(lines.pop(), '');
  assert.equal(lines.length, 3);
  for (const [index, line] of lines.entries()) {
    assert.ok(line.length <= 998);
    assert.match(line, index === 0 ? /^Received: [!-~ ]+$/ : /^\t[!-~ ]+$/);
  }
});

const times = [
  [Date.UTC(1999, 11, 31, 23, 59, 59, 999), 'Fri, 31 Dec 1999 23:59:59 +0000'],
  [Date.UTC(2024, 1, 29), 'Thu, 29 Feb 2024 00:00:00 +0000'],
  [Date.UTC(2026, 6, 5, 9, 8, 7), 'Sun, 5 Jul 2026 09:08:07 +0000'],
  [Date.UTC(2026, 8, 7), 'Mon, 7 Sep 2026 00:00:00 +0000'],
] as const;

for (const [time, expected] of times) {
  test(`toDateTime() writes ${expected}`, () => {
    assert.equal(toDateTime(new Date(time)), expected);
    assert.equal(Date.parse(expected), Math.floor(time / 1000) * 1000);
  });
}
