// What name servers said, for as long as they allow (RFC 1035 section 7.4, RFC 2308), bounded in entries and bytes.

import type { DnsValue } from './dns-message.ts';

/** How a question ended: with records, or with the code of a failure. */
export type DnsOutcome =
  | { readonly found: true; readonly values: readonly DnsValue[] }
  | { readonly found: false; readonly code: string };

/** Options of `DnsCache`. */
export interface DnsCacheOptions {
  readonly maxEntries?: number;
  readonly maxBytes?: number;
  /** Milliseconds since some fixed moment. */
  readonly now?: () => number;
}

interface Entry {
  readonly outcome: DnsOutcome;
  readonly expiresAt: number;
  readonly bytes: number;
}

const DEFAULT_MAX_ENTRIES = 10_000;
const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
// A day at most (RFC 8767 section 4 advises a cap): nobody's mistake should stay longer than that.
const MAX_TTL_SECONDS = 86_400;
// What an entry costs beside its text.
const ENTRY_BYTES = 200;

/** Keeps outcomes by key; the one that was not used for longest makes room. */
export class DnsCache {
  readonly #entries = new Map<string, Entry>();
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  readonly #now: () => number;
  #bytes = 0;

  constructor({
    maxEntries = DEFAULT_MAX_ENTRIES,
    maxBytes = DEFAULT_MAX_BYTES,
    now = () => performance.now(),
  }: DnsCacheOptions = {}) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    this.#now = now;
  }

  /** The outcome while it is to be believed. */
  get(key: string): DnsOutcome | undefined {
    const entry = this.#remove(key);
    if (entry === undefined || entry.expiresAt <= this.#now()) return undefined;
    this.#put(key, entry);
    return entry.outcome;
  }

  /** Keeps the outcome for this time; not at all when it is zero. */
  set(key: string, { outcome, ttlSeconds }: { readonly outcome: DnsOutcome; readonly ttlSeconds: number }): void {
    this.#remove(key);
    const bytes = ENTRY_BYTES + 2 * key.length + (outcome.found ? 2 * JSON.stringify(outcome.values).length : 0);
    if (ttlSeconds <= 0 || bytes > this.#maxBytes) return;
    this.#put(key, { outcome, bytes, expiresAt: this.#now() + Math.min(ttlSeconds, MAX_TTL_SECONDS) * 1000 });
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
  }

  #put(key: string, entry: Entry): void {
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
  }

  #remove(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    return entry;
  }
}
