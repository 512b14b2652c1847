// Accepted logins, remembered for a while: which ones are found again, and when they are forgotten.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LoginMemory } from '../../src/auth/login-memory.ts';

const login = { remoteIp: '192.0.2.1', username: 'jane', password: 'secret' };

test('LoginMemory recalls a login with its backend until its time is over', () => {
  let now = 0;
  const memory = new LoginMemory({ now: () => now, keepMs: 100 });
  assert.equal(memory.recall(login), undefined);
  memory.keep(login, 'file:///a');
  now = 99;
  assert.equal(memory.recall(login), 'file:///a');
  now = 100;
  assert.equal(memory.recall(login), undefined);
});

for (
  const other of [{ password: 'Secret' }, { username: 'jane ' }, { remoteIp: '192.0.2.2' }, {
    username: 'janes',
    password: 'ecret',
  }]
) {
  test(`LoginMemory does not take ${JSON.stringify(other)} for the login it knows`, () => {
    const memory = new LoginMemory();
    memory.keep(login, 'x');
    assert.equal(memory.recall({ ...login, ...other }), undefined);
  });
}

test('LoginMemory keeps so many logins and no more, the latest ones', () => {
  const memory = new LoginMemory({ maxLogins: 2 });
  for (const username of ['a', 'b', 'a', 'c']) memory.keep({ ...login, username }, username);
  assert.deepEqual(['a', 'b', 'c'].map((username) => memory.recall({ ...login, username })), ['a', undefined, 'c']);
});

test('LoginMemory drops what is over, and forgets everything when told to', () => {
  let now = 0;
  const memory = new LoginMemory({ now: () => now, keepMs: 10 });
  memory.keep(login, 'x');
  now = 10;
  memory.keep({ ...login, username: 'b' }, 'x');
  now = 5;
  assert.equal(memory.recall(login), undefined);
  memory.forget();
  assert.equal(memory.recall({ ...login, username: 'b' }), undefined);
});
