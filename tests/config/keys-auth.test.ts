// The keys of authentication and local addresses: defaults and values, and that secrets are not shown.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AUTH_KEYS } from '../../src/config/keys-auth.ts';
import { testKeys } from '../support/key-cases.ts';

testKeys(AUTH_KEYS, {
  'smtp-auth': { initial: undefined, text: 'file:///a users://b', value: ['file:///a', 'users://b'] },
  'smtp-username': { initial: undefined, text: 'mailer', value: 'mailer', beside: 'smtp-password: x' },
  'smtp-password': { initial: undefined, text: 'a, b: c # d', value: 'a, b: c # d', beside: 'smtp-username: x' },
  'local-addresses': { initial: undefined, text: '/etc/local', value: '/etc/local' },
}, { files: { '/etc/local': 'exact a@example.com' } });

test('of values that hold secrets nothing is shown', () => {
  const shown = (['smtp-auth', 'smtp-password'] as const).map((name) => AUTH_KEYS[name].mask?.('hunter2'));
  assert.deepEqual(shown, ['***', '***']);
});
