// Which crypt(3) methods can be verified, and why the others cannot.

import { type Parsed, problem } from '../../mail/parsed.ts';
import { parseBcrypt } from './bcrypt.ts';
import { parseMd5Crypt } from './md5-crypt.ts';
import type { PasswordHash } from './password-hash.ts';
import { parseScrypt } from './scrypt.ts';
import { parseShaCrypt } from './sha-crypt.ts';
import { parseYescrypt } from './yescrypt.ts';

const METHODS: readonly { readonly prefix: RegExp; readonly parse: (text: string) => Parsed<PasswordHash> }[] = [
  { prefix: /^\$[56]\$/, parse: parseShaCrypt },
  { prefix: /^\$(1|apr1)\$/, parse: parseMd5Crypt },
  { prefix: /^\$2[aby]\$/, parse: parseBcrypt },
  { prefix: /^\$y\$/, parse: parseYescrypt },
  { prefix: /^\$7\$/, parse: parseScrypt },
];

const REFUSED: readonly { readonly form: RegExp; readonly reason: string }[] = [
  { form: /^$/, reason: 'is empty' },
  { form: /^([!*]|x$)/, reason: 'is a lock, not a hash' },
  { form: /^\$gy\$/, reason: 'is GOST yescrypt, which cannot be verified' },
  { form: /^\$(md5|sha1)[,$]/, reason: 'is a hash of Solaris or NetBSD, which cannot be verified' },
  { form: /^\$3\$/, reason: 'is an NT hash, which cannot be verified' },
  { form: /^\$2x?\$/, reason: 'is of a faulty bcrypt variant, which cannot be verified' },
  { form: /^(_[./0-9A-Za-z]{19}|[./0-9A-Za-z]{13})$/, reason: 'is DES-based, which cannot be verified' },
  { form: /^\$/, reason: 'is of an unknown method, which cannot be verified' },
];

/** Reads a hash; the problem follows "the hash" and never quotes it. */
export function parsePasswordHash(text: string): Parsed<PasswordHash> {
  const method = METHODS.find(({ prefix }) => prefix.test(text));
  if (method !== undefined) return method.parse(text);
  const refused = REFUSED.find(({ form }) => form.test(text));
  return problem(refused?.reason ?? 'is no crypt(3) hash');
}
