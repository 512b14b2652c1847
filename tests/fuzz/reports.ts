// Recognition and parsing under random mails made of the words of reports: what comes out has the published shape.

import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import * as v from 'valibot';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { parseReport } from '../../src/reports/parse-report.ts';
import { recogniseReport } from '../../src/reports/recognise-report.ts';
import { REPORT_KINDS } from '../../src/mail/report-kind.ts';
import { reportSchema } from '../../src/mail/report-schema.ts';
import { makeZip } from '../reports/support/make-zip.ts';
import type { FuzzTarget } from './fuzz-target.ts';

const XML = '<feedback><report_metadata><date_range><begin>1</begin><end>2</end></date_range></report_metadata>';

const TOKENS: readonly [Buffer, ...Buffer[]] = [
  Buffer.from('\r\n'),
  ...[
    '\r\n\r\n',
    '\r\n',
    '\n',
    '\r',
    '--b\r\n',
    '--b--\r\n',
    '--c\r\n',
    '--',
    'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n',
    'Content-Type: multipart/mixed; boundary="c"\r\n',
    'Content-Type: multipart/report; report-type=feedback-report; boundary=b\r\n',
    'Content-Type: message/delivery-status\r\n\r\n',
    'Content-Type: message/feedback-report\r\n\r\n',
    'Content-Type: message/disposition-notification\r\n\r\n',
    'Content-Type: message/rfc822\r\n\r\n',
    'Content-Type: text/html; charset=iso-2022-jp\r\n',
    'Content-Type: application/gzip; name="a!b!1700000000!1700086399.xml.gz"\r\n',
    'Content-Type: application/tlsrpt+json\r\n\r\n',
    "Content-Disposition: attachment; filename*0*=utf-8''%e2%82; filename*1=x.zip\r\n",
    'Content-Transfer-Encoding: base64\r\n\r\n',
    'Content-Transfer-Encoding: quoted-printable\r\n\r\n',
    'From: MAILER-DAEMON <>\r\n',
    'Subject: =?utf-8?b?RGVsaXZlcnkgZmFpbHVyZQ==?=\r\n',
    'Subject: Report Domain: a Submitter: b\r\n',
    'Auto-Submitted: auto-replied\r\n',
    'Return-Path: <>\r\n',
    'X-Failed-Recipients: a@b.example, <c\r\n',
    'Reporting-MTA: dns; a\r\n',
    'Final-Recipient: rfc822; <a@b.example>\r\n',
    'Status: 5.1.1\r\n',
    'Diagnostic-Code: smtp; 550 =?x?q?=00?= \xff\r\n',
    'Arrival-Date: Thu, 99 Foo -1\r\n',
    'Disposition: a/b; c/d,e\r\n',
    'Source-IP: [1]\r\nIncidents: 1e99\r\n',
    '<a@b.example>:\r\n550 5.1.1 user unknown\r\n',
    '--- Below this line is a copy of the message.\r\n',
    XML,
    '<record><row><count>1</count></row></record>',
    '</feedback>',
    '{"policies":[{"summary":1}],"date-range":{"start-datetime":"2020-01-01T00:00:00Z","end-datetime":"x"}}',
    '=3D=\r\n',
    '\0',
    '\xff\xfe',
  ].map((text) => Buffer.from(text, 'latin1')),
  Buffer.from(gzipSync(XML).toString('base64')),
  gzipSync(XML),
  Buffer.from(makeZip([{ name: 'a!b!1700000000!1700086399.xml', data: Buffer.from(XML) }]).toString('base64')),
  makeZip([{ name: 'x', data: Buffer.from(XML), claimedBytes: 7 }]),
];

export const reports: FuzzTarget = {
  name: 'reports',
  async check(random) {
    const content = random.cut(random.bytes(TOKENS, 40));
    const { header, body } = splitHeaderSection(content);
    const mailFrom = random.pick<string | undefined>([undefined, '', 'a@b.example']);
    const options = mailFrom === undefined ? {} : { mailFrom };
    const kind = recogniseReport(header, body, options) ?? random.pick(['dsn', ...REPORT_KINDS]);
    const report = await parseReport(kind, content, options);
    assert.ok(v.is(reportSchema, report), JSON.stringify(report));
    assert.ok(JSON.stringify(report).isWellFormed());
  },
};
