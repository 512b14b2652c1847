// Which methods are verified, and what is said of the others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePasswordHash } from '../../../src/auth/crypt/parse-password-hash.ts';
import { checkRefusals } from './check-vectors.ts';
import { BCRYPT, MD5_CRYPT, SCRYPT, SHA_CRYPT, YESCRYPT } from './vectors.ts';

for (const { hash } of [...MD5_CRYPT, ...SHA_CRYPT, ...BCRYPT, ...SCRYPT, ...YESCRYPT]) {
  test(`parsePasswordHash() takes ${hash}`, () => {
    const result = parsePasswordHash(hash);
    assert.ok(result.ok);
    assert.ok(hash.endsWith(result.value.expected));
  });
}

checkRefusals([
  ['', /is empty/],
  ['!', /a lock/],
  ['!!$6$saltstring$x', /a lock/],
  ['*', /a lock/],
  ['x', /a lock/],
  ['$gy$j9T$yleST5rEWVskNPhAnnvTA1$ULmz/ck88VVoiD2RBA60aPJbnkLcymyHCCv.ZbpBvi6', /GOST yescrypt/],
  ['$md5,rounds=39143$mgeOc17Z$$U5m1kUftIlxlqsa2UjOXI0', /Solaris/],
  ['$3$$fb6e130d5e5aa1b62bcd1e0c06f2a9fa', /NT hash/],
  ['$2x$05$abcdefghijklmnopqrstuubZSP.8lpC6qMHl5.rUp2TLXGigPH1Y.', /faulty bcrypt/],
  ['gkPPBwVkqUzMk', /DES-based/],
  ['_J9..S3LgtsIiZdhxF36', /DES-based/],
  ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA', /unknown method/],
  ['secret', /no crypt\(3\) hash/],
  ['{SSHA}AAAA', /no crypt\(3\) hash/],
], parsePasswordHash);

test('parsePasswordHash() never repeats the text, which may be a password', () => {
  for (const text of ['secret-password', '$6$secret-password', '$y$secret-password', '$2b$secret-password']) {
    const result = parsePasswordHash(text);
    assert.ok(!result.ok);
    assert.doesNotMatch(result.problem, /secret/);
  }
});
