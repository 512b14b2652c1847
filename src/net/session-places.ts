// The cap on simultaneous sessions: whoever comes when all places are taken waits a while, as MailerQ's users expect.

/** The cap as a door sees it; a promise where another process counts. */
export interface Places {
  /** Takes a free place; false when there is none. Each place taken is given back with `leave`. */
  tryEnter(): boolean | Promise<boolean>;
  /** Waits for a place; false when too many wait, the wait is over, or `signal` fires. */
  enter(signal: AbortSignal): Promise<boolean>;
  leave(): void;
}

/** Options of `SessionPlaces`. */
export interface SessionPlacesOptions {
  /** Places (MailerQ: smtp-connections); as many again may wait. */
  readonly limit: number;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
}

/** One waiting connection. */
interface Waiter {
  settle(free: boolean): void;
}

/** Counts places over all listeners of a door. */
export class SessionPlaces implements Places {
  readonly #limit: number;
  readonly #waitMs: number;
  #taken = 0;
  readonly #waiters = new Set<Waiter>();

  constructor({ limit, waitMs }: SessionPlacesOptions) {
    this.#limit = limit;
    this.#waitMs = waitMs;
  }

  /** Places in use. */
  get taken(): number {
    return this.#taken;
  }

  tryEnter(): boolean {
    if (this.#taken >= this.#limit) return false;
    this.#taken++;
    return true;
  }

  /** First come, first served. */
  enter(signal: AbortSignal): Promise<boolean> {
    if (this.tryEnter()) return Promise.resolve(true);
    if (this.#waiters.size >= this.#limit || signal.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiter.settle(false), this.#waitMs);
      const giveUp = () => waiter.settle(false);
      const waiter: Waiter = {
        settle: (free) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(free);
        },
      };
      signal.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
    });
  }

  /** Gives a place back, to the one who has waited longest. */
  leave(): void {
    const [next] = this.#waiters;
    if (next === undefined) this.#taken--;
    else next.settle(true);
  }
}
