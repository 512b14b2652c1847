// The stretching loop that MD5-crypt and SHA-crypt share.

import { createHash } from 'node:crypto';
import type { Steps } from './run-in-slices.ts';

/** The input of the loop, in the words of the SHA-crypt specification. */
export interface Mixture {
  readonly algorithm: 'md5' | 'sha256' | 'sha512';
  readonly rounds: number;
  /** Digest A, with which the first round starts. */
  readonly digest: Uint8Array;
  /** Byte sequence P, made of the password. */
  readonly password: Uint8Array;
  /** Byte sequence S, made of the salt. */
  readonly salt: Uint8Array;
}

// About a tenth of a millisecond between two looks at the clock.
const ROUNDS_PER_STEP = 32;

/** The digest after all rounds (SHA-crypt steps 21a to 21i). */
export function* mixRounds({ algorithm, rounds, digest, password, salt }: Mixture): Steps<Uint8Array> {
  const input = new Uint8Array(digest.length + salt.length + 2 * password.length);
  let length = 0;
  const append = (bytes: Uint8Array) => {
    input.set(bytes, length);
    length += bytes.length;
  };
  let current = digest;
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    length = 0;
    append(odd ? password : current);
    if (round % 3 !== 0) append(salt);
    if (round % 7 !== 0) append(password);
    append(odd ? current : password);
    current = createHash(algorithm).update(input.subarray(0, length)).digest();
    if (round % ROUNDS_PER_STEP === 0) yield;
  }
  return current;
}

/** The bytes over and over until there are `length` of them. */
export function repeatTo(bytes: Uint8Array, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => bytes[index % bytes.length] ?? 0);
}
