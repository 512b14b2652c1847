// MD5-crypt ($1$) and its Apache variant ($apr1$), the hashes of `openssl passwd -1` and `-apr1`.
//
// After the algorithm of FreeBSD's crypt(3), which every Unix has taken over.

import { createHash } from 'node:crypto';
import { type Parsed, parsed, problem } from '../../mail/parsed.ts';
import { toCryptBase64 } from './crypt-base64.ts';
import { mixRounds, repeatTo } from './mix-rounds.ts';
import type { PasswordHash } from './password-hash.ts';
import { runInSlices, type Steps } from './run-in-slices.ts';

const FORM = /^(\$1\$|\$apr1\$)([^$:]{0,8})[^$:]*\$([./0-9A-Za-z]{22})$/;
const ROUNDS = 1000;
// The digest is written as interleaved thirds; byte 11 goes last and alone.
const ORDER = [12, 6, 0, 13, 7, 1, 14, 8, 2, 15, 9, 3, 5, 10, 4, 11];

/** Reads a hash with the prefix $1$ or $apr1$. */
export function parseMd5Crypt(text: string): Parsed<PasswordHash> {
  const [, magic, salt = '', expected = ''] = FORM.exec(text) ?? [];
  if (magic === undefined) return problem('is no complete MD5-crypt hash');
  const settings = { magic: new TextEncoder().encode(magic), salt: new TextEncoder().encode(salt) };
  return parsed({
    expected,
    compute: (password, signal) => runInSlices(md5Crypt(password, settings), signal),
  });
}

function* md5Crypt(
  password: Uint8Array,
  { magic, salt }: { readonly magic: Uint8Array; readonly salt: Uint8Array },
): Steps<string> {
  const alternate = createHash('md5').update(password).update(salt).update(password).digest();
  const digest = createHash('md5').update(password).update(magic).update(salt)
    .update(repeatTo(alternate, password.length)).update(bitPattern(password)).digest();
  const mixed = yield* mixRounds({ algorithm: 'md5', rounds: ROUNDS, digest, password, salt });
  return toCryptBase64(Uint8Array.from(ORDER, (index) => mixed[index] ?? 0));
}

/** For each bit of the password's length, lowest first: a zero byte for a one, the first character for a zero. */
function bitPattern(password: Uint8Array): Uint8Array {
  const bytes: number[] = [];
  for (let bits = password.length; bits > 0; bits >>>= 1) bytes.push(bits % 2 === 1 ? 0 : password[0] ?? 0);
  return Uint8Array.from(bytes);
}
