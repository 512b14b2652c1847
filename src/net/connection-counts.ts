// How many connections each client address has open, and the cap on them.

/** Counts by address; the address is the client's, behind a proxy not the proxy's. */
export class ConnectionCounts {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** `limit` is the most connections of one address (smtp-connections-per-ip); 0 means no limit. */
  constructor(limit: number) {
    this.#limit = limit === 0 ? Infinity : limit;
  }

  /** Addresses with open connections. */
  get addresses(): number {
    return this.#counts.size;
  }

  /** Counts one more, unless there are as many as allowed; each one counted is given back with `leave`. */
  tryEnter(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#limit) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  /** Counts one less. */
  leave(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}
