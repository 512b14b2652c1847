// One address with or without a name: the accepted forms, and what is not one address.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMailbox } from '../../src/http/mailbox.ts';

const valid: readonly { text: string; address: string; name: string }[] = [
  { text: 'a@b.example', address: 'a@b.example', name: '' },
  { text: 'postmaster', address: 'postmaster', name: '' },
  { text: ' a@b.example ', address: 'a@b.example', name: '' },
  { text: '<a@b.example>', address: 'a@b.example', name: '' },
  { text: 'Ada Lovelace <a@b.example>', address: 'a@b.example', name: 'Ada Lovelace' },
  { text: '"Lovelace, \\"Ada\\"" <a@b.example>', address: 'a@b.example', name: 'Lovelace, "Ada"' },
  { text: 'Jürgen <jürgen@b.example>', address: 'jürgen@b.example', name: 'Jürgen' },
  { text: '"a<b"@b.example', address: '"a<b"@b.example', name: '' },
  { text: 'N <"a>b"@b.example>', address: '"a>b"@b.example', name: 'N' },
];

for (const { text, address, name } of valid) {
  test(`parseMailbox() reads ${text}`, () => assert.deepEqual(parseMailbox(text), { address, name }));
}

const invalid = [
  '',
  '<>',
  'Ada <>',
  'a@b.example, c@d.example',
  'a@b.example; c@d.example',
  'a@b.example c@d.example',
  'Lovelace, Ada <a@b.example>',
  'group: a@b.example;',
  '<a@b.example> <c@d.example>',
  'a@b.example (comment)',
  'Ada < a@b.example >',
  'Ada <a@b.example',
  '"Ada <a@b.example>',
];

for (const text of invalid) {
  test(`parseMailbox() takes ${JSON.stringify(text)} for no address`, () =>
    assert.equal(parseMailbox(text), undefined));
}
