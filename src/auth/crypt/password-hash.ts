// One crypt(3) password hash that can be verified, and whether a password makes it.

import { isSameSecret } from '../secret-digest.ts';

/** A hash that can be verified. */
export interface PasswordHash {
  /** What the last field of the hash has to be. */
  readonly expected: string;
  /** The last field for this password; rejects with the signal's reason when that aborts first. */
  compute(password: Uint8Array, signal: AbortSignal): Promise<string>;
}

/** Whether this password makes this hash. Takes up to seconds, never blocks, and rejects when the signal aborts. */
export async function matchesHash(
  password: string,
  { hash, signal }: { readonly hash: PasswordHash; readonly signal: AbortSignal },
): Promise<boolean> {
  return isSameSecret(await hash.compute(new TextEncoder().encode(password), signal), hash.expected);
}
