// Disposition notifications.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMdn } from '../../src/reports/parse-mdn.ts';

test('the fields of RFC 8098 are taken over', () => {
  const report = parseMdn(Buffer.from(`Reporting-UA: joes-pc.example; Foomail 97.1
Original-Recipient: rfc822;Joe_Recipient@example.com
Final-Recipient: rfc822;joe@mail.example.com
Original-Message-ID: <199509192301.23456@example.org>
Disposition: manual-action/MDN-sent-manually; displayed
`));
  assert.deepEqual(report, {
    type: 'mdn',
    'reporting-ua': 'joes-pc.example; Foomail 97.1',
    'original-recipient': 'Joe_Recipient@example.com',
    'final-recipient': 'joe@mail.example.com',
    'original-message-id': '<199509192301.23456@example.org>',
    disposition: {
      'action-mode': 'manual-action',
      'sending-mode': 'mdn-sent-manually',
      type: 'displayed',
      modifiers: [],
    },
  });
});

const DISPOSITIONS: readonly (readonly [string, string, readonly string[]])[] = [
  ['automatic-action/MDN-sent-automatically; processed/error', 'processed', ['error']],
  ['automatic-action/MDN-sent-automatically; deleted/Warning, x-other', 'deleted', ['warning', 'x-other']],
  ['displayed', 'displayed', []],
  [';', '', []],
];

test('a disposition has a type and modifiers, whatever its mode', () => {
  for (const [text, type, modifiers] of DISPOSITIONS) {
    const { disposition } = parseMdn(Buffer.from(`Final-Recipient: rfc822; a@b.example\nDisposition: ${text}`));
    assert.equal(disposition.type, type, text);
    assert.deepEqual(disposition.modifiers, modifiers, text);
  }
});

test('without a disposition it is a fault', () => {
  assert.throws(() => parseMdn(Buffer.from('Final-Recipient: rfc822; a@b.example')), { name: 'ReportFault' });
  assert.throws(() => parseMdn(undefined), { name: 'ReportFault' });
});
