// Attachments opened within bounds, whatever they are wrapped in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { openAttachment } from '../../src/reports/open-attachment.ts';
import { makeZip } from './support/make-zip.ts';

const LIMITS = { maxInflatedBytes: 10_000 };
const REPORT = Buffer.from('<feedback/>');
const BOMB = Buffer.alloc(1_000_000);

test('plain, gzip, ZIP and gzip in ZIP give the same report', async () => {
  const forms = [
    REPORT,
    gzipSync(REPORT),
    Buffer.concat([gzipSync(REPORT), Buffer.from('\r\n')]),
    makeZip([{ name: 'r.xml', data: REPORT }]),
    makeZip([{ name: 'r.xml.gz', data: gzipSync(REPORT) }]),
    makeZip([{ name: '__MACOSX/._r', data: Buffer.from('x') }, { name: 'folder/', data: Buffer.alloc(0) }, {
      name: 'folder/r.xml',
      data: REPORT,
    }]),
  ];
  for (const form of forms) assert.deepEqual(await openAttachment(form, LIMITS), REPORT);
});

const FAULTS: readonly (readonly [string, Buffer, RegExp])[] = [
  ['a gzip bomb', gzipSync(BOMB), /more than 10000 bytes/],
  ['a gzip bomb with bytes behind it', Buffer.concat([gzipSync(BOMB), Buffer.from('\r\n')]), /more than 10000 bytes/],
  ['a ZIP bomb', makeZip([{ name: 'r', data: BOMB }]), /more than 10000 bytes/],
  ['a ZIP bomb that lies', makeZip([{ name: 'r', data: BOMB, claimedBytes: 100 }]), /more than|broken/],
  ['a broken gzip', Buffer.from([0x1f, 0x8b, 8, 0, 1, 2, 3]), /gzip data is broken/],
  ['a cut gzip', gzipSync(REPORT).subarray(0, 15), /gzip data is broken/],
  ['a broken ZIP', Buffer.from('PK\x03\x04 and nothing more'), /ZIP archive is broken/],
  ['an empty ZIP', makeZip([]), /no report/],
  ['an encrypted ZIP', makeZip([{ name: 'r', data: REPORT, encrypted: true }]), /encrypted/],
  ['gzip in gzip in gzip in gzip', [0, 1, 2, 3].reduce((bytes) => gzipSync(bytes), REPORT), /too often/],
];

test('what is too large or broken is a fault that says so', async () => {
  for (const [name, bytes, message] of FAULTS) {
    await assert.rejects(openAttachment(bytes, LIMITS), { name: 'ReportFault', message }, name);
  }
});
