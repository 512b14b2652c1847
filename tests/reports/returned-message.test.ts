// The header section of a returned message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isReturnedPart, MAX_RETURNED_LENGTH, toReturned } from '../../src/reports/returned-message.ts';
import { makeMultipart, takeApart } from './support/make-message.ts';

test('the header section is kept as it is, message id and subject are read', () => {
  const returned = toReturned(Buffer.from('Message-ID: <1@a.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nbody'));
  assert.deepEqual(returned, {
    headers: 'Message-ID: <1@a.example>\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=',
    'message-id': '<1@a.example>',
    subject: 'Grüße',
  });
});

test('empty lines in front are passed over, and without a field there is nothing', () => {
  assert.equal(toReturned(Buffer.from('\r\n\nTo: a\r\n\r\nbody'))?.headers, 'To: a');
  for (const text of ['', 'words only', '\r\n\r\n']) assert.equal(toReturned(Buffer.from(text)), undefined);
});

test('an endless header section is cut', () => {
  const returned = toReturned(Buffer.from('X: y\r\n'.repeat(100_000)));
  assert.ok((returned?.headers.length ?? 0) <= MAX_RETURNED_LENGTH);
});

test('the types of returned messages are known', () => {
  for (
    const [type, returned] of [
      ['message/rfc822', true],
      ['message/global', true],
      ['message/global-headers', true],
      ['text/rfc822-headers', true],
      ['message/rfc822-headers', true],
      ['message/delivery-status', false],
      ['text/plain', false],
    ] as const
  ) {
    const [part] = takeApart(makeMultipart([], [{ type, lines: [''] }])).parts;
    assert.equal(part !== undefined && isReturnedPart(part), returned, type);
  }
});
