// Which attachments are taken for aggregate reports, by name and by their first bytes.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isReportContainer, sniffAttachment } from '../../src/reports/attachment-sniff.ts';
import type { MimePart } from '../../src/reports/split-parts.ts';
import { makeAttachment, makeMultipart, takeApart } from './support/make-message.ts';
import { makeZip } from './support/make-zip.ts';

const XML = Buffer.from('<?xml version="1.0"?>\n<feedback><report_metadata/></feedback>');
const SPACED = Buffer.from('<d:feedback xmlns:d="urn:ietf:params:xml:ns:dmarc-2.0"/>');
const JSON_REPORT = Buffer.from('{"organization-name":"x","date-range":{},"policies":[]}');
const OTHER = Buffer.from('<invoice><feedbackform/></invoice>');
const NAME = 'receiver.example!domain.example!1700000000!1700086399';

function part(type: string, attachment: { filename: string; bytes: Buffer }): MimePart {
  const [found] = takeApart(makeMultipart([], [makeAttachment(type, attachment)])).parts;
  assert.ok(found);
  return found;
}

const CASES: readonly (readonly [string, string, Buffer, 'dmarc' | 'tls-rpt' | undefined])[] = [
  ['application/gzip', `${NAME}.xml.gz`, OTHER, 'dmarc'],
  ['application/zip', `${NAME}.zip`, OTHER, 'dmarc'],
  ['application/octet-stream', `${NAME}!id.xml`, OTHER, 'dmarc'],
  ['application/gzip', `${NAME}!id.json.gz`, OTHER, 'tls-rpt'],
  ['application/tlsrpt+gzip', 'x', OTHER, 'tls-rpt'],
  ['application/tlsrpt+json', 'x', OTHER, 'tls-rpt'],
  ['text/xml', 'report.xml', XML, 'dmarc'],
  ['text/xml', 'report.xml', SPACED, 'dmarc'],
  ['text/xml', 'report.xml', Buffer.from(XML.toString(), 'utf16le'), 'dmarc'],
  ['application/gzip', 'report.gz', gzipSync(XML), 'dmarc'],
  ['application/octet-stream', 'report', gzipSync(JSON_REPORT), 'tls-rpt'],
  ['application/x-zip-compressed', 'report.zip', makeZip([{ name: 'report.xml', data: XML }]), 'dmarc'],
  ['application/zip', 'report.zip', makeZip([{ name: `${NAME}.xml`, data: OTHER }]), 'dmarc'],
  ['application/json', 'report.json', JSON_REPORT, 'tls-rpt'],
  ['application/zip', 'invoice.zip', makeZip([{ name: 'invoice.xml', data: OTHER }]), undefined],
  ['text/xml', 'invoice.xml', OTHER, undefined],
  ['application/json', 'data.json', Buffer.from('{"policies":[]}'), undefined],
  ['application/gzip', 'bomb.gz', gzipSync(Buffer.alloc(10_000_000)), undefined],
  ['application/gzip', 'broken.gz', Buffer.from([0x1f, 0x8b, 0xff]), undefined],
  ['application/zip', 'broken.zip', Buffer.from('PK'), undefined],
  ['image/png', 'picture.png', XML, undefined],
  ['text/plain', 'a!b!notes.txt', XML, undefined],
];

test('a report is known by its name or by how it begins', () => {
  for (const [type, filename, bytes, kind] of CASES) {
    assert.equal(sniffAttachment(part(type, { filename, bytes })), kind, `${type} ${filename}`);
  }
});

test('a container is known by type or suffix', () => {
  assert.equal(isReportContainer(part('application/zip', { filename: 'x', bytes: OTHER })), true);
  assert.equal(isReportContainer(part('application/foo', { filename: 'x.GZ', bytes: OTHER })), true);
  assert.equal(isReportContainer(part('application/pdf', { filename: 'x.pdf', bytes: OTHER })), false);
});
