// SHA-crypt ($5$ and $6$), the hashes of `mkpasswd -m sha-512` and `openssl passwd -6`.
//
// After "Unix crypt using SHA-256 and SHA-512", Ulrich Drepper, version 0.6.

import { createHash } from 'node:crypto';
import { type Parsed, parsed, problem } from '../../mail/parsed.ts';
import { toCryptBase64 } from './crypt-base64.ts';
import { mixRounds, repeatTo } from './mix-rounds.ts';
import type { PasswordHash } from './password-hash.ts';
import { runInSlices, type Steps } from './run-in-slices.ts';

const FORM = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$:]{0,16})[^$:]*\$([./0-9A-Za-z]+)$/;
const DEFAULT_ROUNDS = 5000;
const LEAST_ROUNDS = 1000;
// A second or two of one core; the specification allows 999,999,999, which would be hours.
const MOST_ROUNDS = 500_000;

interface Settings {
  readonly algorithm: 'sha256' | 'sha512';
  readonly rounds: number;
  readonly salt: Uint8Array;
}

/** Reads a hash with the prefix $5$ or $6$. */
export function parseShaCrypt(text: string): Parsed<PasswordHash> {
  const [, id, rounds = String(DEFAULT_ROUNDS), salt = '', expected = ''] = FORM.exec(text) ?? [];
  if (id === undefined) return problem('is no complete SHA-crypt hash');
  if (Number(rounds) > MOST_ROUNDS) return problem(`has more than ${MOST_ROUNDS} rounds, which take too long`);
  if (expected.length !== (id === '5' ? 43 : 86)) return problem('is no complete SHA-crypt hash');
  const settings: Settings = {
    algorithm: id === '5' ? 'sha256' : 'sha512',
    rounds: Math.max(Number(rounds), LEAST_ROUNDS),
    salt: new TextEncoder().encode(salt),
  };
  return parsed({
    expected,
    compute: (password, signal) => runInSlices(shaCrypt(password, settings), signal),
  });
}

function* shaCrypt(password: Uint8Array, { algorithm, rounds, salt }: Settings): Steps<string> {
  const hash = (...parts: readonly Uint8Array[]) =>
    parts.reduce((state, part) => state.update(part), createHash(algorithm)).digest();
  const alternate = hash(password, salt, password);
  const digest = hash(password, salt, repeatTo(alternate, password.length), ...bitPattern(password, alternate));
  const passwordDigest = yield* hashRepeated(password, { algorithm, times: password.length });
  const saltDigest = yield* hashRepeated(salt, { algorithm, times: 16 + (digest[0] ?? 0) });
  const mixed = yield* mixRounds({
    algorithm,
    rounds,
    digest,
    password: repeatTo(passwordDigest, password.length),
    salt: repeatTo(saltDigest, salt.length),
  });
  return toCryptBase64(algorithm === 'sha256' ? permute(mixed, 10) : permute(mixed, 21));
}

/** The digest of so many copies of the bytes. */
function* hashRepeated(
  bytes: Uint8Array,
  { algorithm, times }: { readonly algorithm: string; readonly times: number },
): Steps<Uint8Array> {
  const state = createHash(algorithm);
  for (let count = 0; count < times; count++) {
    state.update(bytes);
    if (count % 64 === 63) yield;
  }
  return state.digest();
}

/** For each bit of the password's length, lowest first: the alternate digest for a one, the password for a zero. */
function bitPattern(password: Uint8Array, alternate: Uint8Array): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let bits = password.length; bits > 0; bits >>>= 1) parts.push(bits % 2 === 1 ? alternate : password);
  return parts;
}

/** The order in which the digest is written: three columns of `rows` bytes, read in turn from each of them. */
function permute(digest: Uint8Array, rows: number): Uint8Array {
  const order: number[] = [];
  for (let row = 0; row < rows; row++) {
    const turn = row % 3;
    const first = rows === 21 ? turn : (3 - turn) % 3;
    const columns = [first, (first + 1) % 3, (first + 2) % 3].map((column) => column * rows + row);
    order.push(...columns.toReversed());
  }
  order.push(...(rows === 21 ? [63] : [30, 31]));
  return Uint8Array.from(order, (index) => digest[index] ?? 0);
}
