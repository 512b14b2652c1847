// Which messages are reports, judged on the accept path.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { recogniseReport, startOf } from '../../src/reports/recognise-report.ts';
import type { ReportKind } from '../../src/mail/report-kind.ts';
import { makeAttachment, makeMessage, makeMultipart, takeApart } from './support/make-message.ts';

function recognise(content: Buffer, mailFrom?: string): ReportKind | undefined {
  const { header, body } = takeApart(content);
  return recogniseReport(header, body, mailFrom === undefined ? {} : { mailFrom });
}

function report(type: string): Buffer {
  return makeMessage([`Content-Type: multipart/report; report-type=${type}; boundary=b`, '', '--b--']);
}

function withPart(type: string): Buffer {
  return makeMultipart([], [{ type: 'text/plain', lines: ['x'] }, { type, lines: ['y: z'] }]);
}

const GZIP = makeAttachment('application/gzip', { filename: 'report.gz', bytes: gzipSync(Buffer.from('<feedback/>')) });
const PDF = makeAttachment('application/pdf', { filename: 'a.pdf', bytes: Buffer.from('%PDF') });
const TLS_SUBJECT = 'Subject: Report Domain: a.example Submitter: b.example Report-ID: <1@b.example>';

const CASES: readonly (readonly [string, Buffer, ReportKind | undefined])[] = [
  ['the type of a DSN', report('delivery-status'), 'dsn'],
  ['the type of a DSN in quotes and capitals', report('"Delivery-Status"'), 'dsn'],
  ['the type of an MDN', report('disposition-notification'), 'mdn'],
  ['the type of an ARF report', report('feedback-report'), 'arf'],
  ['the type of a TLS report', report('tlsrpt'), 'tls-rpt'],
  ['a type that nobody knows', report('x-other'), undefined],
  ['a delivery-status part', withPart('message/delivery-status'), 'dsn'],
  ['an internationalised delivery-status part', withPart('message/global-delivery-status'), 'dsn'],
  ['a feedback part', withPart('message/feedback-report'), 'arf'],
  ['an internationalised disposition part', withPart('message/global-disposition-notification'), 'mdn'],
  ['the part alone', makeMessage(['Content-Type: message/delivery-status', '', 'Final-Recipient: rfc822; a']), 'dsn'],
  ['a DMARC report by its content', makeMultipart([], [GZIP]), 'dmarc'],
  ['the fields of a TLS report', makeMessage(['TLS-Report-Domain: a', 'TLS-Report-Submitter: b', '', 'x']), 'tls-rpt'],
  [
    'the subject of a report and an attachment that can be one',
    makeMultipart([TLS_SUBJECT], [
      makeAttachment('application/zip', { filename: 'x.zip', bytes: Buffer.from('PK') }),
    ]),
    'dmarc',
  ],
  ['the subject of a report and another attachment', makeMultipart([TLS_SUBJECT], [PDF]), undefined],
  [
    'a complaint of Microsoft',
    makeMultipart(
      ['From: <staff@hotmail.com>', 'Subject: complaint about message from 192.0.2.1'],
      [{ type: 'message/rfc822', lines: ['Subject: x'] }],
    ),
    'arf',
  ],
  [
    'a bounce',
    makeMessage(['From: MAILER-DAEMON@a.example', 'Subject: failure notice', '', '<x@b.example>:']),
    'unstandard',
  ],
  ['a letter', makeMessage(['From: a@b.example', 'Subject: hello', '', 'hello']), undefined],
  ['a forwarded DSN', withPart('message/rfc822'), undefined],
  [
    'a DSN inside a forwarded message',
    makeMultipart([], [{
      type: 'message/rfc822',
      lines: [
        'Content-Type: multipart/report; report-type=delivery-status; boundary=i',
        '',
        '--i',
        'Content-Type: message/delivery-status',
        '',
        'x',
        '--i--',
      ],
    }]),
    undefined,
  ],
  ['nothing', Buffer.alloc(0), undefined],
];

test('reports are told from other mail', () => {
  for (const [name, content, kind] of CASES) assert.equal(recognise(content), kind, name);
});

test('the envelope sender is evidence', () => {
  const reply = makeMessage(['From: a@b.example', 'Subject: Automatic reply: x', '', 'Away.']);
  assert.equal(recognise(reply, ''), 'unstandard');
  assert.equal(recognise(reply, 'a@b.example'), undefined);
});

test('what stands beyond the first part of the body is not looked at', () => {
  const far = makeMultipart([], [{ type: 'text/plain', lines: ['x'.repeat(300_000)] }, {
    type: 'message/delivery-status',
    lines: ['x: y'],
  }]);
  assert.equal(recognise(far), undefined);
});

test('the start of some pieces is one buffer, copied only when it must be', () => {
  const [first, second] = [Buffer.from('abc'), Buffer.from('def')];
  assert.equal(startOf([first, second], 5).toString(), 'abcde');
  assert.equal(startOf([first, second], 2).buffer, first.buffer);
  assert.equal(startOf([], 5).length, 0);
  assert.equal(startOf([first], 0).length, 0);
});
