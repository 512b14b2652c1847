// bcrypt ($2a$, $2b$, $2y$), the hash of `mkpasswd -m bcrypt` and `htpasswd -B`.
//
// After "A Future-Adaptable Password Scheme", Niels Provos and David Mazières, 1999.

import { type Parsed, parsed, problem } from '../../mail/parsed.ts';
import { Blowfish, TABLE_WORDS } from './blowfish.ts';
import type { PasswordHash } from './password-hash.ts';
import { piWords } from './pi-words.ts';
import { runInSlices, type Steps } from './run-in-slices.ts';

const FORM = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const ALPHABET = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LEAST_COST = 4;
// A second or two of one core; each step more doubles it.
const MOST_COST = 14;
const KEY_WORDS = 18;
const LONGEST_KEY = 4 * KEY_WORDS;
const PLAINTEXT = 'OrpheanBeholderScryDoubt';

let tables: Uint32Array | undefined;

/** Reads a hash with the prefix $2a$, $2b$ or $2y$; all three are the same for passwords without NUL. */
export function parseBcrypt(text: string): Parsed<PasswordHash> {
  const [, cost, salt = '', expected = ''] = FORM.exec(text) ?? [];
  if (cost === undefined || Number(cost) < LEAST_COST) return problem('is no complete bcrypt hash');
  if (Number(cost) > MOST_COST) return problem(`has a cost above ${MOST_COST}, which takes too long`);
  const settings = { rounds: 2 ** Number(cost), salt: toWords(fromBase64(salt).subarray(0, 16)) };
  return parsed({
    expected,
    compute: (password, signal) => runInSlices(bcrypt(password, settings), signal),
  });
}

function* bcrypt(
  password: Uint8Array,
  { rounds, salt }: { readonly rounds: number; readonly salt: Uint32Array },
): Steps<string> {
  const key = toKey(password);
  const saltKey = Uint32Array.from({ length: KEY_WORDS }, (_, index) => salt[index % 4] ?? 0);
  tables ??= yield* piWords(TABLE_WORDS);
  const cipher = new Blowfish(tables);
  cipher.expandKey(key, salt);
  for (let round = 0; round < rounds; round++) {
    cipher.rekey(key);
    cipher.rekey(saltKey);
    yield;
  }
  const words = toWords(new TextEncoder().encode(PLAINTEXT));
  for (let count = 0; count < 64; count++) cipher.encrypt(words);
  // The last of the 24 bytes has never been written by any implementation.
  return toBase64(toBytes(words).subarray(0, 23));
}

/** The password with its terminating NUL, over and over; only the first 72 bytes count. */
function toKey(password: Uint8Array): Uint32Array {
  const bytes = new Uint8Array(password.length + 1);
  bytes.set(password);
  return toWords(Uint8Array.from({ length: LONGEST_KEY }, (_, index) => bytes[index % bytes.length] ?? 0));
}

function toWords(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, index) => view.getUint32(4 * index));
}

function toBytes(words: Uint32Array): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, index) => view.setUint32(4 * index, word));
  return new Uint8Array(view.buffer);
}

/** The base 64 of bcrypt: high bits first as in RFC 4648, but with its own alphabet and unpadded. */
function toBase64(bytes: Uint8Array): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return (bits.match(/.{1,6}/g) ?? []).map((six) => ALPHABET.charAt(parseInt(six.padEnd(6, '0'), 2))).join('');
}

function fromBase64(text: string): Uint8Array {
  const bits = [...text].map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(6, '0')).join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (eight) => parseInt(eight, 2));
}
