// The lines of a password file.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePasswordLines } from '../../src/auth/password-file.ts';

const hash = '$1$abcdefgh$fzmjzFdo5nMtBG8gtud5e0';

test('Names, hashes, comments, ignored fields, and every line ending', () => {
  const text =
    `# users\n\nanna:${hash}\r\nbert:${hash}:1000:1000::/home/bert:/bin/sh\n  \nchloé:${hash} \n#dora:${hash}\neve:${hash}`;
  const { users, faults } = parsePasswordLines(text);
  assert.deepEqual([...users.keys()], ['anna', 'bert', 'chloé', 'eve']);
  assert.deepEqual(faults, []);
});

test('Lines that let nobody in are named with their number and without their hash', () => {
  const lines = ['anna', ':x', 'bert:secret', 'carl:gkPPBwVkqUzMk', 'dora:!', `eve:${hash}`, `eve:${hash}`, 'fred:'];
  const { users, faults } = parsePasswordLines(lines.join('\n'));
  assert.deepEqual([...users.keys()], ['eve']);
  assert.deepEqual(faults, [
    { line: 1, reason: 'there is no colon between user name and hash' },
    { line: 2, reason: 'there is no user name' },
    { line: 3, user: 'bert', reason: 'the hash is no crypt(3) hash' },
    { line: 4, user: 'carl', reason: 'the hash is DES-based, which cannot be verified' },
    { line: 5, user: 'dora', reason: 'the hash is a lock, not a hash' },
    { line: 7, user: 'eve', reason: 'the user name stands in an earlier line' },
    { line: 8, user: 'fred', reason: 'the hash is empty' },
  ]);
});

test('A locked name stays locked when it is there again', () => {
  assert.equal(parsePasswordLines(`anna:!\nanna:${hash}`).users.size, 0);
});
