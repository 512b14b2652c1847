// User name patterns.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchesNamePattern } from '../../src/auth/name-pattern.ts';

const cases = [
  { pattern: 'user1', yes: ['user1'], no: ['user', 'user12', 'User1', ''] },
  { pattern: 'client*', yes: ['client', 'client1', 'client-a.b'], no: ['aclient', 'clien'] },
  { pattern: '*', yes: ['', 'x', 'anything'], no: [] },
  { pattern: '*a*b*', yes: ['ab', 'xaxbx', 'aab'], no: ['ba', 'a', 'b'] },
  { pattern: 'user?', yes: ['user1', 'userä'], no: ['user', 'user12'] },
  { pattern: 'u[0-9a]', yes: ['u0', 'u9', 'ua'], no: ['ub', 'u', 'u00'] },
  { pattern: 'u[!0-9]', yes: ['ua'], no: ['u0', 'u'] },
  { pattern: 'u[]]', yes: ['u]'], no: ['u['] },
  { pattern: 'a\\*', yes: ['a*'], no: ['ab', 'a\\*'] },
  { pattern: 'a[', yes: ['a['], no: ['a'] },
  { pattern: 'a.c', yes: ['a.c'], no: ['abc'] },
  { pattern: '', yes: [''], no: ['a'] },
];

for (const { pattern, yes, no } of cases) {
  test(`The pattern "${pattern}" matches what fnmatch(3) would`, () => {
    for (const name of yes) assert.equal(matchesNamePattern(name, pattern), true, name);
    for (const name of no) assert.equal(matchesNamePattern(name, pattern), false, name);
  });
}

test('A pattern of many stars is matched without backtracking', () => {
  assert.equal(matchesNamePattern('a'.repeat(255), `${'*a'.repeat(60)}*b`), false);
});
