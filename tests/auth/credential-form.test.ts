// Credentials that no backend sees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCredentialFault } from '../../src/auth/credential-form.ts';

const faults = [
  { username: '', password: 'x', fault: 'empty user name' },
  { username: 'x', password: '', fault: 'empty password' },
  { username: 'a'.repeat(256), password: 'x', fault: 'user name too long' },
  { username: 'ä'.repeat(128), password: 'x', fault: 'user name too long' },
  { username: 'x', password: 'a'.repeat(1025), fault: 'password too long' },
  { username: 'x', password: 'ä'.repeat(513), fault: 'password too long' },
  { username: 'a\0b', password: 'x', fault: 'control character in user name' },
  { username: 'a\nb', password: 'x', fault: 'control character in user name' },
  { username: 'x', password: 'a\0b', fault: 'NUL in password' },
  { username: '\ud800', password: 'x', fault: 'not Unicode text' },
  { username: 'x', password: 'a\udfff', fault: 'not Unicode text' },
];

for (const { fault, ...credentials } of faults) {
  test(`findCredentialFault() finds ${fault} in ${JSON.stringify(credentials).slice(0, 60)}`, () => {
    assert.equal(findCredentialFault(credentials), fault);
  });
}

test('findCredentialFault() lets through everything else', () => {
  const cases = [['a', 'b'], ['a'.repeat(255), 'b'.repeat(1024)], ['jörg@example.com', ' \r\n\tä€😀'], [
    'a:b',
    ':',
  ]] as const;
  for (const [username, password] of cases) assert.equal(findCredentialFault({ username, password }), undefined);
});
