// Many equal time limits on one timer: what is added first expires first.

/** Items that must be dealt with in a fixed time, in the order in which they were added. */
export class Deadlines<T> implements Iterable<T> {
  readonly #timeoutMs: number;
  readonly #onExpired: (item: T) => void;
  readonly #expiries = new Map<T, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #expiring = false;

  /** `onExpired` gets each item that was not deleted within `timeoutMs`, after its removal; it must not throw. */
  constructor(timeoutMs: number, onExpired: (item: T) => void) {
    this.#timeoutMs = timeoutMs;
    this.#onExpired = onExpired;
  }

  get size(): number {
    return this.#expiries.size;
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#expiries.keys();
  }

  add(item: T): void {
    this.#expiries.set(item, performance.now() + this.#timeoutMs);
    if (!this.#expiring) this.#timer ??= setTimeout(() => this.#expire(), this.#timeoutMs);
  }

  /** Returns false when the item has expired or was never there. */
  delete(item: T): boolean {
    const isThere = this.#expiries.delete(item);
    if (this.#expiries.size === 0) this.#stop();
    return isThere;
  }

  /** Removes and returns everything, oldest first. */
  clear(): readonly T[] {
    const items = [...this.#expiries.keys()];
    this.#expiries.clear();
    this.#stop();
    return items;
  }

  /** A timer without items would keep the process alive. */
  #stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #expire(): void {
    // What expires may add and delete items: the timer is set once, for the oldest that is left.
    this.#expiring = true;
    let waitMs: number | undefined;
    const now = performance.now();
    for (const [item, expiry] of this.#expiries) {
      // Timers may fire a fraction of a millisecond early.
      if (expiry > now + 1) {
        waitMs = expiry - now;
        break;
      }
      this.#expiries.delete(item);
      this.#onExpired(item);
    }
    this.#expiring = false;
    this.#timer = waitMs === undefined ? undefined : setTimeout(() => this.#expire(), waitMs);
  }
}
