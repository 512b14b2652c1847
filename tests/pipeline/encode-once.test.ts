// How often a message is encoded and hashed: once, whatever the number of its recipients; counted, not timed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Check } from '../../src/checks/check.ts';
import { toRecords } from '../../src/pipeline/to-records.ts';
import { countEncoding } from '../support/count-encoding.ts';
import { makeDraft, SETTINGS } from '../support/submissions.ts';

const MB = 1024 * 1024;
const TEXT = Buffer.alloc(MB, 'a line of text with "quotes"\r\n');
const LATIN1 = Buffer.alloc(MB, 'caf\xe9\r\n', 'latin1');
// A record of its own has its own id, its recipient and its place in the arrays.
const OWN_BYTES = 100;

const LOCAL = { isEmpty: false, includes: (address: string) => address.endsWith('@a.example') };

function count(
  content: Buffer,
  { recipients, ...more }: { recipients: number; checks?: Check[]; resultsFor?: ['local'] },
) {
  const addresses = Array.from({ length: recipients }, (_, index) => `user${index}@${index % 2 ? 'a' : 'b'}.example`);
  const { checks, resultsFor } = more;
  const draft = { ...makeDraft({ content: [content], recipients: addresses }), ...(checks ? { checks } : {}) };
  const settings = { ...SETTINGS, ...(resultsFor ? { resultsFor, localAddresses: () => LOCAL } : {}) };
  return countEncoding(() => toRecords(draft, settings));
}

for (const [name, content] of [['text', TEXT], ['bytes that are no text', LATIN1]] as const) {
  test(`toRecords() encodes and hashes ${name} once for a thousand recipients`, () => {
    const one = count(content, { recipients: 1 });
    const thousand = count(content, { recipients: 1000 });
    assert.equal(one.hashes, 1);
    assert.equal(one.hashedBytes, MB);
    const { heldBytes, ...rest } = thousand;
    assert.deepEqual(rest, { hashes: 1, hashedBytes: MB, escapedBytes: one.escapedBytes });
    assert.ok(heldBytes - one.heldBytes < 1000 * OWN_BYTES, `${heldBytes} bytes held`);
  });
}

test('toRecords() escapes each byte of a text once', () => {
  assert.equal(count(TEXT, { recipients: 1000 }).escapedBytes, MB);
});

test('toRecords() encodes twice where some copies carry the results of checks, and not once for each', () => {
  const mixed = count(TEXT, { recipients: 1000, checks: [{ arc: 'none' }], resultsFor: ['local'] });
  assert.equal(mixed.hashes, 2);
  assert.ok(mixed.hashedBytes > 2 * MB && mixed.hashedBytes < 2 * MB + 1000);
});
