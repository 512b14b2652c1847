// file://, with its file changing underneath.
import assert from 'node:assert/strict';
import { chmodSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { parseFile } from '../../src/auth/file.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { MD5_CRYPT, SHA_CRYPT } from './crypt/vectors.ts';
import { openParsed } from './support/open-parsed.ts';

const signal = new AbortController().signal;
const [first, second] = MD5_CRYPT;
const [slow] = SHA_CRYPT;

async function openFile(context: TestContext, text: string) {
  const path = join(makeTemporaryDirectory(context), 'users');
  writeFileSync(path, text, { mode: 0o600 });
  const log = createRecordingLog();
  const backend = await openParsed(parseFile(`file://${path}`), { log, context });
  const check = (username: string, password: string) => backend.check({ username, password }, signal);
  return { path, log, check, backend };
}

test('file:// accepts the right password of a user and nothing else', async (context) => {
  const { check } = await openFile(context, `anna:${first?.hash}\nbert:${slow?.hash}\n`);
  assert.equal(await check('anna', first?.password ?? ''), true);
  assert.equal(await check('anna', first?.password ?? ''), true);
  assert.equal(await check('bert', slow?.password ?? ''), true);
  assert.equal(await check('anna', 'wrong'), false);
  assert.equal(await check('bert', 'wrong'), false);
  assert.equal(await check('nobody', first?.password ?? ''), false);
  assert.equal(await check('nobody', slow?.password ?? ''), false);
});

test('file:// reads the file again when it was written or replaced', async (context) => {
  const { path, check } = await openFile(context, `anna:${first?.hash}\n`);
  assert.equal(await check('anna', first?.password ?? ''), true);
  writeFileSync(path, `anna:${second?.hash}\n`);
  assert.equal(await check('anna', first?.password ?? ''), false);
  assert.equal(await check('anna', second?.password ?? ''), true);
  writeFileSync(`${path}.new`, `bert:${first?.hash}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  assert.equal(await check('anna', second?.password ?? ''), false);
  assert.equal(await check('bert', first?.password ?? ''), true);
});

test('file:// cannot say anything while its file is gone, not even about who was in it', async (context) => {
  const { path, check } = await openFile(context, `anna:${first?.hash}\n`);
  assert.equal(await check('anna', first?.password ?? ''), true);
  rmSync(path);
  await assert.rejects(check('anna', first?.password ?? ''), /ENOENT/);
  writeFileSync(path, `anna:${first?.hash}\n`, { mode: 0o600 });
  assert.equal(await check('anna', first?.password ?? ''), true);
});

test('file:// reports what it read and each line that lets nobody in', async (context) => {
  const { path, log } = await openFile(context, `anna:${first?.hash}\nbert:gkPPBwVkqUzMk\n${'x:y\n'.repeat(50)}`);
  assert.deepEqual(log.events[0], { event: 'auth.file-read', fields: { path, users: 1, unusable: 51 } });
  const reason = 'the hash is DES-based, which cannot be verified';
  assert.deepEqual(log.events[1], { event: 'auth.line-unusable', fields: { path, line: 2, user: 'bert', reason } });
  assert.equal(log.events.length, 21);
  assert.ok(!JSON.stringify(log.events).includes('gkPPBwVkqUzMk'));
});

test('An empty file lets nobody in', async (context) => {
  const { check } = await openFile(context, '');
  assert.equal(await check('anna', 'x'), false);
});

test('file:// does not start without its file, nor with one that everybody can change', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'users');
  await assert.rejects(openParsed(parseFile(`file://${path}`)), /ENOENT/);
  writeFileSync(path, '');
  chmodSync(path, 0o666);
  await assert.rejects(openParsed(parseFile(`file://${path}`)), /can be changed by everybody: chmod o-w/);
});

for (const url of ['file://', 'file://users.txt', 'file://host/users.txt']) {
  test(`${url} is a fault`, () => {
    const result = parseFile(url);
    assert.match(result.ok ? '' : result.problem, /needs an absolute path/);
  });
}

test('A hash under way ends when the login is given up', async (context) => {
  const { backend } = await openFile(context, `anna:${slow?.hash}\n`);
  const controller = new AbortController();
  const check = backend.check({ username: 'anna', password: 'x' }, controller.signal);
  controller.abort(new Error('gone'));
  await assert.rejects(check, /gone/);
});
