// exec://, with programs that answer in every way.
import assert from 'node:assert/strict';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseExec } from '../../src/auth/exec.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const credentials = { username: 'jane', password: 'pässwörd $x' };

function writeProgram(context: TestContext, script: string): string {
  const path = join(makeTemporaryDirectory(context), 'check login');
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return path;
}

async function openExec(context: TestContext, script: string) {
  const path = writeProgram(context, script);
  return { path, backend: await openParsed(parseExec(`exec://${path}`, { timeoutMs: 5_000 }), { context }) };
}

const statuses = [
  { status: 0, expected: true },
  { status: 1, expected: false },
  { status: 125, expected: false },
];

for (const { status, expected } of statuses) {
  test(`exec:// with exit status ${status} means ${expected ? 'accepted' : 'rejected'}`, async (context) => {
    const { backend } = await openExec(context, `exit ${status}`);
    assert.equal(await backend.check(credentials, signal), expected);
  });
}

for (const script of ['exit 126', 'exit 127', 'kill -9 $$', 'exit 200']) {
  test(`exec:// with "${script}" cannot say`, async (context) => {
    const { backend } = await openExec(context, script);
    await assert.rejects(backend.check(credentials, signal), /ended with status|died of/);
  });
}

test('exec:// gives the user name in the environment and the password as one line of standard input only', async (context) => {
  const { path, backend } = await openExec(
    context,
    'cat >"$0.in"; env >"$0.env"; tr "\\0" " " </proc/$$/cmdline >"$0.args"; exit 0',
  );
  assert.equal(await backend.check(credentials, signal), true);
  assert.equal(readFileSync(`${path}.in`, 'utf8'), 'pässwörd $x\n');
  const environment = readFileSync(`${path}.env`, 'utf8');
  assert.match(environment, /^MAILERQ_USERNAME=jane$/m);
  assert.match(environment, /^MAILCHUTE_USERNAME=jane$/m);
  assert.doesNotMatch(environment + readFileSync(`${path}.args`, 'utf8'), /pässwörd/);
});

test('exec:// asks nobody about a password with a line break', async (context) => {
  const { backend } = await openExec(context, 'exit 0');
  for (const password of ['a\nb', 'a\r', '\n']) {
    assert.equal(await backend.check({ username: 'jane', password }, signal), false);
  }
});

test('exec:// cannot say when the program takes too long', async (context) => {
  const path = writeProgram(context, 'sleep 600');
  const backend = await openParsed(parseExec(`exec://${path}`, { timeoutMs: 50 }), { context });
  await assert.rejects(backend.check(credentials, signal), /no answer within 50 ms/);
});

test('exec:// runs a few programs at a time and answers all', async (context) => {
  const { backend } = await openExec(context, 'read -r password; test "$password" = "$MAILERQ_USERNAME"');
  const names = Array.from({ length: 24 }, (_, index) => `user${index}`);
  const answers = await Promise.all(
    names.map((username, index) => backend.check({ username, password: index % 2 === 0 ? username : 'x' }, signal)),
  );
  assert.deepEqual(answers, names.map((_, index) => index % 2 === 0));
});

test('exec:// does not start with a file that is missing, no file, not executable, or open to everybody', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const path = join(directory, 'program');
  await assert.rejects(openParsed(parseExec(`exec://${path}`)), /there is no file/);
  await assert.rejects(openParsed(parseExec(`exec://${directory}`)), /is not a file/);
  writeFileSync(path, '');
  chmodSync(path, 0o644);
  await assert.rejects(openParsed(parseExec(`exec://${path}`)), /cannot be executed: chmod \+x/);
  chmodSync(path, 0o777);
  await assert.rejects(openParsed(parseExec(`exec://${path}`)), /can be changed by everybody: chmod o-w/);
});
