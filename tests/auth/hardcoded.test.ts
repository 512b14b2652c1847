// hardcoded:// and MailerQ's old pair of keys.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCredentialPair, parseHardcoded } from '../../src/auth/hardcoded.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;

test('hardcoded:// takes names and passwords verbatim, up to the next comma and from the first colon', async () => {
  const backend = await openParsed(parseHardcoded('hardcoded://user:pass,user2:a:b@c/%41,üser:pässwörd'));
  const cases = [
    ['user', 'pass', true],
    ['user2', 'a:b@c/%41', true],
    ['user2', 'a:b@c/A', false],
    ['üser', 'pässwörd', true],
    ['user', 'Pass', false],
    ['USER', 'pass', false],
    ['user', 'a:b@c/%41', false],
    ['user:pass', 'x', false],
    ['nobody', 'pass', false],
  ] as const;
  for (const [username, password, expected] of cases) {
    assert.equal(await backend.check({ username, password }, signal), expected, username);
  }
});

const faults = [
  {
    url: 'hardcoded://username:secret,username2,secret2',
    problem: /entry 2 has no colon.*slip for "username2:password2"/,
  },
  { url: 'hardcoded://', problem: /entry 1 has no colon/ },
  { url: 'hardcoded://user:secret,', problem: /entry 2 has no colon/ },
  { url: 'hardcoded://:secret', problem: /entry 1 can never log in: empty user name/ },
  { url: 'hardcoded://secret:', problem: /entry 1 can never log in: empty password/ },
];

for (const { url, problem } of faults) {
  test(`${url} is a fault that says what is accepted and no secret`, () => {
    const result = parseHardcoded(url);
    assert.ok(!result.ok);
    assert.match(result.problem, problem);
    assert.match(result.problem, /takes user:password,user2:password2/);
    assert.doesNotMatch(result.problem, /secret/);
  });
}

test('The label shows neither names nor passwords', () => {
  const result = parseHardcoded('hardcoded://user:secret,user2:secret2');
  assert.equal(result.ok && result.value.label, 'hardcoded://(2 users)');
});

test('smtp-username and smtp-password are one pair, commas and colons included', async () => {
  const pair = { username: 'user', password: 'a,b:c d' };
  const backend = await openParsed(parseCredentialPair(pair));
  assert.equal(await backend.check(pair, signal), true);
  assert.equal(await backend.check({ ...pair, password: 'a' }, signal), false);
  const result = parseCredentialPair({ username: 'user', password: '' });
  assert.match(result.ok ? '' : result.problem, /can never log in: empty password/);
});
