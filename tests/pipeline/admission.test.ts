// Who may send to whom: the table of MailerQ's authorisation, and what MAIL can be told already.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { admitRecipient, admitsSender } from '../../src/pipeline/admission.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { type LocalAddresses, parseLocalAddresses } from '../../src/pipeline/local-addresses.ts';
import { SETTINGS } from '../support/submissions.ts';

function toList(text: string): LocalAddresses {
  const list = parseLocalAddresses(text);
  assert.ok(list.ok);
  return list.value;
}

const LOCAL = toList('exact local@example.com');
const EMPTY = toList('# nobody yet');

interface Case {
  readonly requires: boolean;
  readonly loggedIn: boolean;
  readonly list: LocalAddresses | undefined;
  readonly refused?: string;
  readonly mail: boolean;
  /** The class of a local recipient and of any other. */
  readonly rcpt: readonly [local: string, other: string];
}

const table: readonly Case[] = [
  // Nobody has to log in: everybody in the range may write to everybody.
  { requires: false, loggedIn: true, list: undefined, mail: true, rcpt: ['accepted', 'accepted'] },
  { requires: false, loggedIn: true, list: LOCAL, mail: true, rcpt: ['accepted', 'accepted'] },
  { requires: false, loggedIn: true, list: LOCAL, refused: 'no', mail: true, rcpt: ['accepted', 'accepted'] },
  // Logged in.
  { requires: true, loggedIn: true, list: undefined, mail: true, rcpt: ['accepted', 'accepted'] },
  { requires: true, loggedIn: true, list: LOCAL, mail: true, rcpt: ['accepted', 'accepted'] },
  { requires: true, loggedIn: true, list: LOCAL, refused: 'no', mail: true, rcpt: ['accepted', 'accepted'] },
  // Not logged in.
  { requires: true, loggedIn: false, list: undefined, mail: false, rcpt: ['unauthenticated', 'unauthenticated'] },
  { requires: true, loggedIn: false, list: EMPTY, mail: false, rcpt: ['unauthenticated', 'unauthenticated'] },
  { requires: true, loggedIn: false, list: LOCAL, mail: true, rcpt: ['accepted', 'unauthenticated'] },
  { requires: true, loggedIn: false, list: undefined, refused: 'no', mail: true, rcpt: ['refused', 'refused'] },
  { requires: true, loggedIn: false, list: EMPTY, refused: 'no', mail: true, rcpt: ['refused', 'refused'] },
  { requires: true, loggedIn: false, list: LOCAL, refused: 'no', mail: true, rcpt: ['accepted', 'refused'] },
];

function toName({ requires, loggedIn, list, refused }: Case): string {
  const locals = list === undefined ? 'no list' : list.isEmpty ? 'an empty list' : 'a list';
  const login = requires ? (loggedIn ? 'a login' : 'no login') : 'no need to log in';
  return `${login}, ${locals} of local addresses, ${refused === undefined ? 'no' : 'a'} refused queue`;
}

for (const row of table) {
  test(`admission with ${toName(row)}`, () => {
    const { requires, loggedIn, list, refused, mail, rcpt } = row;
    const settings: PipelineSettings = {
      ...SETTINGS,
      requiresAuthentication: requires,
      refused,
      localAddresses: list === undefined ? undefined : () => list,
    };
    const asker = { trusted: loggedIn };
    assert.equal(admitsSender(settings, asker), mail);
    const classes = ['Local@EXAMPLE.com', 'other@example.com'].map((to) => admitRecipient(to, settings, asker));
    assert.deepEqual(classes, rcpt);
  });
}

test('admission follows a list that changes between MAIL and RCPT', () => {
  let list = LOCAL;
  const settings = { ...SETTINGS, requiresAuthentication: true, localAddresses: () => list };
  assert.equal(admitsSender(settings, { trusted: false }), true);
  list = EMPTY;
  assert.equal(admitRecipient('local@example.com', settings, { trusted: false }), 'unauthenticated');
});
