// yescrypt ($y$), the hash of Debian's shadow file and of `mkpasswd` when no method is named.
//
// After "yescrypt: password hashing scalable beyond bcrypt and scrypt" and the reference implementation, Alexander
// Peslyak (Openwall); of its many settings only those that crypt(3) itself generates: standard flavour, one lane.

import { createHash, createHmac, pbkdf2Sync } from 'node:crypto';
import { type Parsed, parsed, problem } from '../../mail/parsed.ts';
import { fromCryptBase64, toCryptBase64, toCryptNumber } from './crypt-base64.ts';
import type { PasswordHash } from './password-hash.ts';
import { runInSlices, type Steps } from './run-in-slices.ts';
import { smix, toBytes, toWords } from './smix.ts';

const FORM = /^\$y\$([./0-9A-Za-z]+)\$([./0-9A-Za-z]{0,86})\$([./0-9A-Za-z]{43})$/;
// Flavour "j" is what crypt(3) writes; the sizes that it writes fit one character each.
const STANDARD = /^j([./0-9A-Za-j])([./0-9A-Za-j])$/;
const MOST_MEMORY = 64 * 1024 * 1024;
/** From this size on the password goes through a run at a 64th of the cost first. */
const PREHASH_FROM = 0x20000;

interface Settings {
  /** Places of the table, a power of two. */
  readonly tableSize: number;
  /** Size of a place in units of 128 bytes. */
  readonly blockSize: number;
  readonly salt: Uint8Array;
}

/** Reads a hash with the prefix $y$. */
export function parseYescrypt(text: string): Parsed<PasswordHash> {
  const [, parameters = '', saltText = '', expected = ''] = FORM.exec(text) ?? [];
  const salt = fromCryptBase64(saltText);
  if (expected === '' || salt === undefined) return problem('is no complete yescrypt hash');
  const [, tableLog2 = '', blockSize = ''] = STANDARD.exec(parameters) ?? [];
  const log2 = toCryptNumber(tableLog2);
  const size = toCryptNumber(blockSize);
  if (!tableLog2 || log2 === undefined || size === undefined) {
    return problem('has yescrypt parameters other than those of crypt(3), which cannot be verified');
  }
  const settings = { tableSize: 2 ** (log2 + 1), blockSize: size + 1, salt };
  if (128 * settings.tableSize * settings.blockSize > MOST_MEMORY) return problem('needs more than 64 MiB of memory');
  return parsed({
    expected,
    compute: (password, signal) => runInSlices(yescrypt(password, settings), signal),
  });
}

function* yescrypt(password: Uint8Array, settings: Settings): Steps<string> {
  const { tableSize, blockSize } = settings;
  const large = tableSize >= 0x100 && tableSize * blockSize >= PREHASH_FROM;
  const prepared = large
    ? yield* derive(password, { ...settings, tableSize: tableSize / 64, purpose: 'yescrypt-prehash' })
    : password;
  const derived = yield* derive(prepared, { ...settings, purpose: 'yescrypt' });
  // As in SCRAM (RFC 5802 section 3): the stored key is the hash of the client key.
  const clientKey = createHmac('sha256', derived).update('Client Key').digest();
  return toCryptBase64(createHash('sha256').update(clientKey).digest());
}

function* derive(
  password: Uint8Array,
  { tableSize, blockSize, salt, purpose }: Settings & { readonly purpose: string },
): Steps<Uint8Array> {
  const key = createHmac('sha256', purpose).update(password).digest();
  const bytes = pbkdf2Sync(key, salt, 1, 128 * blockSize, 'sha256');
  const block = toWords(bytes);
  const mixedKey = yield* smix({ block, tableSize, password: bytes.subarray(0, 32) });
  return pbkdf2Sync(mixedKey, toBytes(block), 1, 32, 'sha256');
}
