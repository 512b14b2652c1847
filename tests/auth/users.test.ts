// users:// as far as it can be told without accounts: its URL, and who may use it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseUsers } from '../../src/auth/users.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;

test('users:// needs root, and says so', async () => {
  await assert.rejects(
    openParsed(parseUsers('users://*', { uid: 1000 })),
    /for root only: start as root, or use another/,
  );
});

for (const url of ['users://', 'users:// ', 'users://a,', 'users://,a']) {
  test(`"${url}" is a fault`, () => {
    const result = parseUsers(url);
    assert.match(result.ok ? '' : result.problem, /needs user names, as in users:\/\/user1/);
  });
}

test('users:// rejects, without asking anybody, names that are on no list and passwords that do not fit', async () => {
  const backend = await openParsed(parseUsers('users://client*,root', { uid: 0 }));
  const cases = [
    ['other', 'x'],
    ['root', 'x'],
    ['client/../root', 'x'],
    ['client:x', 'x'],
    ['-client', 'x'],
    ['client', 'x'.repeat(512)],
  ] as const;
  for (const [username, password] of cases) {
    assert.equal(await backend.check({ username, password }, signal), false, username);
  }
});
