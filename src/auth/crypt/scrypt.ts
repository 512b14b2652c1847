// scrypt ($7$), the hash of `mkpasswd -m scrypt`, computed by the runtime's own threads.

import { scrypt } from 'node:crypto';
import { type Parsed, parsed, problem } from '../../mail/parsed.ts';
import { toCryptBase64, toCryptNumber } from './crypt-base64.ts';
import type { PasswordHash } from './password-hash.ts';

// The salt is used as it is written, undecoded.
const FORM = /^\$7\$(.)(.{5})(.{5})([^$:]{1,86})\$([./0-9A-Za-z]{43})$/;
const MOST_MEMORY = 64 * 1024 * 1024;

/** Reads a hash with the prefix $7$. */
export function parseScrypt(text: string): Parsed<PasswordHash> {
  const [, costLog2 = '', blockSize = '', parallel = '', salt = '', expected = ''] = FORM.exec(text) ?? [];
  const log2 = toCryptNumber(costLog2);
  const r = toCryptNumber(blockSize);
  const p = toCryptNumber(parallel);
  if (!salt || !log2 || !r || !p) return problem('is no complete scrypt hash');
  const memory = 128 * 2 ** log2 * r;
  if (memory > MOST_MEMORY || p > 4) return problem('needs more than 64 MiB of memory or four passes');
  const settings = { N: 2 ** log2, r, p, maxmem: 2 * memory + 256 * r * p };
  return parsed({
    expected,
    compute: (password, signal) =>
      new Promise((resolve, reject) => {
        signal.throwIfAborted();
        scrypt(password, salt, 32, settings, (error, key) => error ? reject(error) : resolve(toCryptBase64(key)));
      }),
  });
}
