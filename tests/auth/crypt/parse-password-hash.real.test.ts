// Every method that mkpasswd and openssl passwd offer: verified, or refused in words.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { parsePasswordHash } from '../../../src/auth/crypt/parse-password-hash.ts';
import { matchesHash } from '../../../src/auth/crypt/password-hash.ts';

const never = new AbortController().signal;
const passwords = ['a', 'pässwörd €', ' with blanks:and $igns ', '0123456789'.repeat(7)];
const refused = new Set(['gost-yescrypt', 'sunmd5', 'bsdicrypt', 'descrypt', 'nt']);

async function judge(hash: string, password: string): Promise<'right' | 'wrong' | 'refused'> {
  const result = parsePasswordHash(hash);
  if (!result.ok) return 'refused';
  return await matchesHash(password, { hash: result.value, signal: never }) ? 'right' : 'wrong';
}

const methods = execFileSync('mkpasswd', ['-m', 'help'], { encoding: 'utf8' }).split('\n')
  .slice(1).map((line) => line.split(/\s/)[0] ?? '').filter((method) => method !== '');

test('mkpasswd offers the methods that this test expects', () => {
  assert.ok(methods.includes('yescrypt') && methods.includes('sha512crypt') && methods.includes('bcrypt'));
});

for (const method of methods) {
  test(`Hashes of mkpasswd -m ${method} are ${refused.has(method) ? 'refused' : 'verified'}`, async () => {
    for (const password of passwords) {
      const hash = execFileSync('mkpasswd', ['-m', method, '-s'], { input: password, encoding: 'utf8' }).trim();
      assert.equal(await judge(hash, password), refused.has(method) ? 'refused' : 'right', hash);
      assert.equal(await judge(hash, `x${password}`), refused.has(method) ? 'refused' : 'wrong', hash);
    }
  });
}

for (const option of ['-1', '-apr1', '-5', '-6']) {
  test(`Hashes of openssl passwd ${option} are verified`, async () => {
    for (const password of passwords) {
      const hash = execFileSync('openssl', ['passwd', option, '-stdin'], { input: password, encoding: 'utf8' }).trim();
      assert.equal(await judge(hash, password), 'right', hash);
      assert.equal(await judge(hash, `x${password}`), 'wrong', hash);
    }
  });
}
