// How many connections each client address has open, and the cap on them.

/** The cap as the accept phase sees it; a promise where another process counts. */
export interface AddressCounts {
  /** Addresses with connections that are open in this process. */
  readonly addresses: number;
  /** Counts one more, unless there are as many as allowed; each one counted is given back with `leave`. */
  tryEnter(address: string): boolean | Promise<boolean>;
  /** Counts one less. */
  leave(address: string): void;
}

/** Counts by address; the address is the client's, behind a proxy not the proxy's. */
export class ConnectionCounts implements AddressCounts {
  readonly #limit: number;
  readonly #counts = new Map<string, number>();

  /** `limit` is the most connections of one address (smtp-connections-per-ip); 0 means no limit. */
  constructor(limit: number) {
    this.#limit = limit === 0 ? Infinity : limit;
  }

  get addresses(): number {
    return this.#counts.size;
  }

  tryEnter(address: string): boolean {
    const count = this.#counts.get(address) ?? 0;
    if (count >= this.#limit) return false;
    this.#counts.set(address, count + 1);
    return true;
  }

  leave(address: string): void {
    const count = this.#counts.get(address) ?? 0;
    if (count > 1) this.#counts.set(address, count - 1);
    else this.#counts.delete(address);
  }
}
