// The DN of a user, with names that try to become more than a value.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toUserDn } from '../../src/auth/distinguished-name.ts';

const cases = [
  { username: 'jane', dn: 'uid=jane' },
  { username: 'jane.doe-1_x@example.com', dn: 'uid=jane.doe-1_x@example.com' },
  { username: 'a,ou=admins', dn: 'uid=a\\2cou\\3dadmins' },
  { username: 'a+cn=b', dn: 'uid=a\\2bcn\\3db' },
  { username: '#0401', dn: 'uid=\\230401' },
  { username: ' a ', dn: 'uid=\\20a\\20' },
  { username: 'a\\', dn: 'uid=a\\5c' },
  { username: '"<>;', dn: 'uid=\\22\\3c\\3e\\3b' },
  { username: '*', dn: 'uid=\\2a' },
  { username: 'jörg', dn: 'uid=j\\c3\\b6rg' },
];

for (const { username, dn } of cases) {
  test(`toUserDn() keeps ${username} inside its value`, () => {
    assert.equal(toUserDn(username, 'dc=example,dc=com'), `${dn},dc=example,dc=com`);
  });
}
