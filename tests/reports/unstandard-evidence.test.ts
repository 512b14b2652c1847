// What is strong evidence for a bounce or an automatic reply, and what is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classifyUnstandard } from '../../src/reports/unstandard-evidence.ts';
import { makeMessage, makeMultipart, takeApart } from './support/make-message.ts';

function classify(content: Buffer, mailFrom = 'someone@a.example') {
  const { fields, parts } = takeApart(content, mailFrom);
  return classifyUnstandard(fields, parts);
}

const BOUNCES: readonly (readonly [string, readonly string[]])[] = [
  ['qmail', [
    'From: MAILER-DAEMON@a.example',
    'Subject: failure notice',
    '',
    'Hi. This is the qmail-send program at a.example.',
    '<x@b.example>:',
    'no mailbox here',
  ]],
  ['Exim', [
    'From: Mail Delivery System <Mailer-Daemon@a.example>',
    'Auto-Submitted: auto-replied',
    'X-Failed-Recipients: x@b.example',
    'Subject: Mail delivery failed: returning message to sender',
    '',
    'This message was created automatically by mail delivery software.',
  ]],
  ['Exchange', [
    'From: System Administrator <postmaster@a.example>',
    'Subject: Undeliverable: hello',
    '',
    'Your message did not reach some or all of the intended recipients.',
    '<mx.a.example #5.1.1 SMTP; 550 5.1.1 User unknown>',
  ]],
  ['old sendmail', [
    'From: Mail Delivery Subsystem <MAILER-DAEMON@a.example>',
    'Subject: Returned mail: User unknown',
    '',
    '----- Transcript of session follows -----',
    '550 x@b.example... User unknown',
  ]],
];

test('the notices of well-known mail systems are bounces', () => {
  for (const [name, lines] of BOUNCES) assert.equal(classify(makeMessage(lines)), 'bounce', name);
});

test('the null sender and a technical reason make a bounce of a notice by another name', () => {
  const lines = [
    'From: Gateway <gate@a.example>',
    'Subject: Delivery failure notification',
    '',
    'Your message could not be delivered: 550 5.1.1 unknown user',
  ];
  assert.equal(classify(makeMessage(lines), ''), 'bounce');
});

test('a returned message beside the words counts', () => {
  const content = makeMultipart(['From: postmaster@a.example', 'Subject: Mail could not be delivered'], [
    { type: 'text/plain', lines: ['The following mail could not be delivered.'] },
    { type: 'message/rfc822', lines: ['Subject: x', '', 'y'] },
  ]);
  assert.equal(classify(content), 'bounce');
});

const REPLIES: readonly (readonly [string, readonly string[], string])[] = [
  [
    'RFC 3834',
    ['From: a@b.example', 'Auto-Submitted: auto-replied', 'Subject: Away until May', '', 'Away.'],
    'a@b.example',
  ],
  ['a vacation program', ['From: a@b.example', 'X-Autoreply: yes', 'Subject: Re: x', '', 'Away.'], 'a@b.example'],
  ['the words of a program, null sender', ['From: a@b.example', 'Subject: Automatic reply: x', '', 'Away.'], ''],
  ['precedence', ['From: a@b.example', 'Precedence: auto_reply', 'Subject: x', '', 'Away.'], 'a@b.example'],
];

test('automatic replies are known by what programs write', () => {
  for (const [name, lines, mailFrom] of REPLIES) {
    assert.equal(classify(makeMessage(lines), mailFrom), 'auto-reply', name);
  }
});

const LETTERS: readonly (readonly [string, readonly string[]])[] = [
  ['an answer to a bounce', [
    'From: a@b.example',
    'Subject: Re: failure notice',
    '',
    'Why was it undeliverable? 550 5.1.1 user unknown',
  ]],
  ['a postmaster who writes', ['From: Postmaster <postmaster@b.example>', 'Subject: Lunch', '', 'At noon?']],
  ['a postmaster who warns', [
    'From: Postmaster <postmaster@b.example>',
    'Subject: Warning: quotas',
    '',
    'Mailboxes over quota will be closed.',
  ]],
  ['a forged warning', [
    'From: Mail Administrator <x@evil.example>',
    'Subject: Undelivered mail',
    '',
    'Your mailbox is full and messages could not be delivered. Click here.',
  ]],
  ['an absence without a program', ['From: a@b.example', 'Subject: Out of office days', '', 'Please enter yours.']],
  ['a notice of a program', [
    'From: shop@b.example',
    'Auto-Submitted: auto-generated',
    'Subject: Your order',
    '',
    'Thanks.',
  ]],
  ['no fields at all', ['', 'user unknown, 550 5.1.1']],
];

test('letters about lost mail, and forged ones, are no reports', () => {
  for (const [name, lines] of LETTERS) assert.equal(classify(makeMessage(lines)), undefined, name);
});
