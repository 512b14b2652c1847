// users:// against a real account of this machine, which is made for the test and removed after it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { parseUsers } from '../../src/auth/users.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const password = 'Geheim: 1 ä';

function makeAccount(context: TestContext, name: string, ...options: readonly string[]): string {
  assert.equal(process.getuid?.(), 0, 'this test makes accounts: run it as root');
  execFileSync('useradd', ['--no-create-home', '--shell', '/usr/sbin/nologin', ...options, name], { stdio: 'pipe' });
  context.after(() => execFileSync('userdel', [name], { stdio: 'pipe' }));
  execFileSync('chpasswd', { input: `${name}:${password}\n`, stdio: 'pipe' });
  return name;
}

test('users:// lets in an account with its password until it is locked, expired, due, or gone from the list', async (context) => {
  const username = makeAccount(context, `mctest${process.pid}a`);
  const backend = await openParsed(parseUsers(`users://nobody,${username.slice(0, 6)}*`), { context });
  const check = (given: string) => backend.check({ username, password: given }, signal);
  assert.equal(await check(password), true);
  assert.equal(await check(`${password}x`), false);
  assert.equal(await check('wrong'), false);
  execFileSync('chage', ['--expiredate', '1', username]);
  assert.equal(await check(password), false);
  execFileSync('chage', ['--expiredate', '-1', username]);
  assert.equal(await check(password), true);
  execFileSync('chage', ['--lastday', '0', username]);
  assert.equal(await check(password), false);
  execFileSync('chage', ['--lastday', '-1', username]);
  assert.equal(await check(password), true);
  execFileSync('usermod', ['--lock', username]);
  assert.equal(await check(password), false);
  execFileSync('usermod', ['--unlock', username]);
  const others = await openParsed(parseUsers('users://others*'), { context });
  assert.equal(await others.check({ username, password }, signal), false);
});

test('users:// lets nobody in by an account that is unknown or has no password', async (context) => {
  const username = makeAccount(context, `mctest${process.pid}b`);
  execFileSync('passwd', ['--delete', username], { stdio: 'pipe' });
  const backend = await openParsed(parseUsers('users://*'), { context });
  for (const name of [username, 'daemon', 'mcnosuchuser']) {
    for (const given of ['x', '!', '*']) {
      assert.equal(await backend.check({ username: name, password: given }, signal), false);
    }
  }
});

test('users:// never lets in root, whatever its name', async (context) => {
  const username = makeAccount(context, `mctest${process.pid}c`);
  const accountsPath = join(makeTemporaryDirectory(context), 'passwd');
  writeFileSync(accountsPath, `root:x:0:0::/root:/bin/sh\n${username}:x:0:1000::/:/bin/sh\n`);
  const backend = await openParsed(parseUsers('users://*', { accountsPath }), { context });
  assert.equal(await backend.check({ username, password }, signal), false);
  assert.equal(await backend.check({ username: 'root', password }, signal), false);
  writeFileSync(accountsPath, `root:x:0:0::/root:/bin/sh\n${username}:x:1000:1000::/:/bin/sh\n`);
  assert.equal(await backend.check({ username, password }, signal), true);
});
