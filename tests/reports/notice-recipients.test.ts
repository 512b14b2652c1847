// Recipients and reasons found in the words of a notice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipientsOfNotice } from '../../src/reports/notice-recipients.ts';

const NOTICES: readonly (readonly [string, string, readonly (readonly [string, string?])[]])[] = [
  ['qmail', '<a@b.example>:\n192.0.2.1 failed after I sent it.\nRemote host said: 550 5.1.1 unknown\n', [[
    'a@b.example',
    '5.1.1',
  ]]],
  ['Exim', 'failed:\n\n  a@b.example\n    SMTP error: 550 5.7.1 no\n  c@b.example\n    unrouteable\n', [
    ['a@b.example', '5.7.1'],
    ['c@b.example'],
  ]],
  ['Exchange', 'following recipient(s):\n\n   a@b.example on 1/2/2006\n      <mx.b.example #5.1.1>\n', [[
    'a@b.example',
    '5.1.1',
  ]]],
  ['sendmail', '550 5.1.1 <a@b.example>... User unknown\n', [['a@b.example', '5.1.1']]],
  ['IMail', 'User unknown: a@b.example\n', [['a@b.example']]],
  ['an apology only', 'Your message was lost. Ask postmaster@b.example or write to us.\n', []],
];

test('recipients are found with their status', () => {
  for (const [name, text, expected] of NOTICES) {
    const found = recipientsOfNotice(text, '').map(({ 'final-recipient': recipient, status }) =>
      status === undefined ? [recipient] : [recipient, status]
    );
    assert.deepEqual(found, expected, name);
  }
});

test('the line with the code is the diagnostic', () => {
  const [recipient] = recipientsOfNotice('<a@b.example>:\n550 5.1.1 no such user\n', '');
  assert.deepEqual(recipient?.diagnostic, { type: 'smtp', text: '550 5.1.1 no such user' });
});

test('the list of failed recipients in the header comes first and is not repeated', () => {
  const found = recipientsOfNotice('<a@b.example>:\n550 no\n', 'A@b.example, c@b.example');
  assert.deepEqual(found.map((each) => each['final-recipient']), ['a@b.example', 'c@b.example']);
});

test('no more recipients are taken than allowed', () => {
  const text = Array.from({ length: 1000 }, (_, index) => `<u${index}@b.example>:\n`).join('');
  assert.equal(recipientsOfNotice(text, '').length, 100);
});
