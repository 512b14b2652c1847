// Remembers logins that were accepted a moment ago, so that a client that logs in with every request is not hashed each time.

import type { Credentials } from './backend.ts';
import { toSecretDigest } from './secret-digest.ts';

/** A login that may be remembered. */
export interface RememberedLogin extends Credentials {
  /** The client's address: what is remembered of one helps nobody elsewhere to guess. */
  readonly remoteIp: string;
}

/** Options of `LoginMemory`. */
export interface LoginMemoryOptions {
  /** Monotonic milliseconds. */
  readonly now?: () => number;
  readonly keepMs?: number;
  readonly maxLogins?: number;
}

interface Entry {
  readonly backend: string;
  readonly until: number;
}

/** Holds digests under a key that only this process knows, never passwords; a failed login is never remembered. */
export class LoginMemory {
  readonly #now: () => number;
  readonly #keepMs: number;
  readonly #maxLogins: number;
  /** In the order in which they were accepted. */
  readonly #entries = new Map<string, Entry>();

  constructor({ now = () => performance.now(), keepMs = 60_000, maxLogins = 10_000 }: LoginMemoryOptions = {}) {
    this.#now = now;
    this.#keepMs = keepMs;
    this.#maxLogins = maxLogins;
  }

  /** The backend that has accepted the login; undefined when none has lately. */
  recall(login: RememberedLogin): string | undefined {
    const entry = this.#entries.get(toKey(login));
    return entry !== undefined && this.#now() < entry.until ? entry.backend : undefined;
  }

  /** Remembers a login that the backend has just accepted. */
  keep(login: RememberedLogin, backend: string): void {
    const key = toKey(login);
    this.#entries.delete(key);
    this.#entries.set(key, { backend, until: this.#now() + this.#keepMs });
    for (const [oldest, { until }] of this.#entries) {
      if (this.#entries.size <= this.#maxLogins && this.#now() < until) break;
      this.#entries.delete(oldest);
    }
  }

  /** Forgets everything. */
  forget(): void {
    this.#entries.clear();
  }
}

/** A look-up by digest says nothing about how close a wrong password came. */
function toKey({ remoteIp, username, password }: RememberedLogin): string {
  return toSecretDigest(remoteIp, username, password).toString('base64');
}
