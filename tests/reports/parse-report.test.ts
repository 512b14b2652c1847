// Whole reports from their messages, and the bounds of the parsing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { parseReport } from '../../src/reports/parse-report.ts';
import { REPORT_KINDS } from '../../src/mail/report-kind.ts';
import { DEFAULT_REPORT_LIMITS } from '../../src/reports/report-limits.ts';
import { reportSchema } from '../../src/mail/report-schema.ts';
import { makeAttachment, makeMessage, makeMultipart } from './support/make-message.ts';

const XML = '<feedback><report_metadata><org_name>Org</org_name><report_id>1</report_id><date_range>' +
  '<begin>1700000000</begin><end>1700086399</end></date_range></report_metadata></feedback>';

function dmarc(bytes: Buffer): Buffer {
  return makeMultipart([], [
    makeAttachment('application/gzip', { filename: 'a!b!1700000000!1700086399.xml.gz', bytes }),
  ]);
}

test('a DSN has its recipients and the header section of the returned message', async () => {
  const content = makeMultipart(['Content-Type: multipart/report; report-type=delivery-status'], [
    { type: 'text/plain', lines: ['It failed.'] },
    {
      type: 'message/delivery-status',
      lines: ['Reporting-MTA: dns; a', '', 'Final-Recipient: rfc822; x@b.example', 'Action: failed', 'Status: 5.1.1'],
    },
    {
      type: 'message/rfc822',
      encoding: 'quoted-printable',
      lines: ['Message-ID: <1@a.ex=', 'ample>', 'Subject: s', '', 'body'],
    },
  ]);
  assert.deepEqual(await parseReport('dsn', [content.subarray(0, 100), content.subarray(100)]), {
    type: 'dsn',
    'reporting-mta': 'a',
    recipients: [{ 'final-recipient': 'x@b.example', action: 'failed', status: '5.1.1' }],
    returned: { headers: 'Message-ID: <1@a.example>\nSubject: s', 'message-id': '<1@a.example>', subject: 's' },
  });
});

test('a DSN whose boundaries are spoilt is read all the same', async () => {
  const content = makeMessage([
    'Content-Type: multipart/report; report-type=delivery-status; boundary=lost',
    '',
    '--other',
    'Content-Type: message/delivery-status',
    '',
    'Reporting-MTA: dns; a',
    '',
    'Final-Recipient: rfc822; x@b.example',
    'Status: 5.1.1',
  ]);
  const report = await parseReport('dsn', [content]);
  assert.ok(report.type === 'dsn' && 'recipients' in report);
  assert.equal(report.recipients[0]?.['final-recipient'], 'x@b.example');
});

test('ARF, MDN, TLS and unstandard reports come out as their kinds', async () => {
  const tls = {
    policies: [],
    'date-range': { 'start-datetime': '2020-01-01T00:00:00Z', 'end-datetime': '2020-01-02T00:00:00Z' },
  };
  const contents = {
    arf: makeMultipart([], [{ type: 'message/feedback-report', lines: ['Feedback-Type: abuse'] }]),
    mdn: makeMultipart([], [{ type: 'message/disposition-notification', lines: ['Disposition: a/b; displayed'] }]),
    'tls-rpt': makeMultipart([], [
      makeAttachment('application/tlsrpt+gzip', { filename: 'x', bytes: gzipSync(JSON.stringify(tls)) }),
    ]),
    unstandard: makeMessage([
      'From: MAILER-DAEMON@a.example',
      'Subject: failure notice',
      '',
      '<x@b.example>:',
      '550 no',
    ]),
    dmarc: dmarc(gzipSync(XML)),
  } as const;
  for (const kind of ['arf', 'mdn', 'tls-rpt', 'unstandard', 'dmarc'] as const) {
    const report = await parseReport(kind, [contents[kind]]);
    assert.equal(report.type, kind);
    assert.equal('fault' in report, false, JSON.stringify(report));
    assert.ok(v.is(reportSchema, report), kind);
  }
});

test('what is beyond a limit becomes a fault that says so', async () => {
  const limits = { ...DEFAULT_REPORT_LIMITS, maxInflatedBytes: 100, maxAttachmentBytes: 1000 };
  assert.deepEqual(await parseReport('dmarc', [dmarc(gzipSync(XML))], { limits }), {
    type: 'dmarc',
    fault: 'the attachment has more than 100 bytes decompressed',
  });
  assert.deepEqual(await parseReport('dmarc', [dmarc(Buffer.alloc(5000))], { limits }), {
    type: 'dmarc',
    fault: 'the attachment has more than 1000 bytes',
  });
});

test('a mail that is nothing of the kind gives its kind and a fault, for every kind but one', async () => {
  const content = makeMessage(['Subject: hello', '', 'hello']);
  for (const kind of REPORT_KINDS) {
    const report = await parseReport(kind, [content]);
    assert.equal(report.type, kind);
    assert.equal('fault' in report, kind !== 'unstandard', kind);
  }
});
