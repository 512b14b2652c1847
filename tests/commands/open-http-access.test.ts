// Who may use the HTTP door, from keys and files: nothing, a range, tokens that change, logins.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadGatewayConfig } from '../../src/commands/gateway-config.ts';
import { openHttpAccess } from '../../src/commands/open-http-access.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const hash = (token: string) => createHash('sha256').update(token).digest('hex');

function load(...argv: string[]) {
  const loaded = loadGatewayConfig({ argv, env: {} });
  assert.deepEqual(loaded.faults, []);
  return loaded;
}

test('openHttpAccess() asks for nothing and knows no range without any of the keys', async () => {
  const { access, close } = await openHttpAccess(load(), { log: createRecordingLog() });
  assert.deepEqual(access, {});
  await close();
});

test('openHttpAccess() follows the file of tokens, and keeps what it knew while the file is faulty', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'tokens');
  writeFileSync(path, `shop:${hash('one')}\n`);
  const log = createRecordingLog();
  let now = 0;
  const { access } = await openHttpAccess(load(`--http-tokens=${path}`, '--http-range=10.0.0.0/8'), {
    log,
    now: () => now += 10_000,
  });
  const names = () => ['one', 'two'].map((token) => access.credentials?.nameOfToken?.(token));
  assert.deepEqual(names(), ['shop', undefined]);
  writeFileSync(path, `# new\nbilling:${hash('two')}\n`);
  assert.deepEqual(names(), [undefined, 'billing']);
  writeFileSync(path, 'faulty');
  assert.deepEqual(names(), [undefined, 'billing']);
  assert.deepEqual(log.events.map(({ event }) => event), [
    'auth.tokens-read',
    'auth.tokens-read',
    'auth.tokens-unusable',
  ]);
  assert.equal(access.credentials?.allowsPlaintext, false);
  assert.deepEqual(['10.1.1.1', '127.0.0.1'].map((address) => access.isAllowed?.(address)), [true, false]);
});

test('openHttpAccess() lets users in that http-auth knows', async () => {
  const config = load('--http-auth=hardcoded://ada:secret', '--http-plaintext-auth');
  const { access, close } = await openHttpAccess(config, { log: createRecordingLog() });
  const ask = (password: string) =>
    access.credentials?.authenticator?.authenticate({ username: 'ada', password }, { remoteIp: '127.0.0.1' });
  assert.deepEqual([await ask('secret'), await ask('wrong')], ['accepted', 'rejected']);
  assert.equal(access.credentials?.allowsPlaintext, true);
  await close();
});

test('faulty backends and token files are faults of the configuration that show no secret', (context) => {
  const path = join(makeTemporaryDirectory(context), 'tokens');
  writeFileSync(path, 'shop:hunter2\n');
  const { faults } = loadGatewayConfig({ argv: [`--http-tokens=${path}`, '--http-auth=hunter2'], env: {} });
  assert.deepEqual(faults.map(({ where }) => where).toSorted(), [
    'command line --http-auth',
    'command line --http-tokens',
  ]);
  assert.doesNotMatch(JSON.stringify(faults), /hunter2/);
});
