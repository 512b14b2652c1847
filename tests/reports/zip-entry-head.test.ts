// The first local header of a ZIP archive.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseZipEntryHead } from '../../src/reports/zip-entry-head.ts';
import { makeZip } from './support/make-zip.ts';

test('the first entry is known by name and method', () => {
  const head = parseZipEntryHead(makeZip([{ name: 'a!b!1!2.xml', data: Buffer.from('<x/>') }]));
  assert.equal(head?.name, 'a!b!1!2.xml');
  assert.equal(head.deflated, true);
});

test('what is no archive, or only the start of a header, is none', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.from('PK\x03\x04')]) {
    assert.equal(parseZipEntryHead(bytes), undefined);
  }
});

test('lengths that lie beyond the bytes give empty data', () => {
  const bytes = Buffer.alloc(40, 0xff);
  bytes.writeUInt32LE(0x04034b50, 0);
  assert.equal(parseZipEntryHead(bytes)?.data.length, 0);
});
