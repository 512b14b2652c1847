// Reports of bounces and automatic replies without a standard form.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readMessageFields } from '../../src/reports/message-fields.ts';
import { parseUnstandard, withoutReturned } from '../../src/reports/parse-unstandard.ts';

const FIELDS = readMessageFields(Buffer.from('In-Reply-To: <1@a.example>\r\nX-Failed-Recipients: x@b.example\r\n\r\n'));
const QMAIL = `Hi. This is the qmail-send program at a.example.

<x@b.example>:
550 5.1.1 no such user

--- Below this line is a copy of the message.

Return-Path: <s@a.example>
Message-ID: <2@a.example>
Subject: hello
To: other@c.example
`;

test('a bounce has its recipients and the header section it quotes', () => {
  assert.deepEqual(parseUnstandard({ fields: FIELDS, class: 'bounce', notice: QMAIL, returned: undefined }), {
    type: 'unstandard',
    class: 'bounce',
    recipients: [{
      'final-recipient': 'x@b.example',
      status: '5.1.1',
      diagnostic: { type: 'smtp', text: '550 5.1.1 no such user' },
    }],
    'in-reply-to': '<1@a.example>',
    returned: {
      headers: 'Return-Path: <s@a.example>\nMessage-ID: <2@a.example>\nSubject: hello\nTo: other@c.example',
      'message-id': '<2@a.example>',
      subject: 'hello',
    },
  });
});

test('an automatic reply has no recipients, whoever it names', () => {
  const report = parseUnstandard({
    fields: FIELDS,
    class: 'auto-reply',
    notice: 'I am away. Write to: other@c.example\n',
    returned: undefined,
  });
  assert.deepEqual(report, { type: 'unstandard', class: 'auto-reply', recipients: [], 'in-reply-to': '<1@a.example>' });
});

const CUTS: readonly (readonly [string, string])[] = [
  ['a\n------ This is a copy of the message ------\nb', 'a\n'],
  ['a\nReceived: from x\nb', 'a\n'],
  ['a\n  ----- Unsent message follows -----\nb', 'a\n'],
  ['The original message was received at noon\nb', 'The original message was received at noon\nb'],
  [
    '----- The following addresses had permanent fatal errors -----\nb',
    '----- The following addresses had permanent fatal errors -----\nb',
  ],
];

test('the notice ends where the returned message begins', () => {
  for (const [text, notice] of CUTS) assert.equal(withoutReturned(text), notice);
});
