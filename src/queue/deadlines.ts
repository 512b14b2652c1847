// Many equal time limits on one timer: what is added first expires first.

/** Items that must be dealt with in a fixed time, in the order in which they were added. */
export class Deadlines<T> implements Iterable<T> {
  readonly #timeoutMs: number;
  readonly #onExpired: (item: T) => void;
  readonly #expiries = new Map<T, number>();
  #timer: ReturnType<typeof setTimeout> | undefined;

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
    this.#timer ??= setTimeout(() => this.#expire(), this.#timeoutMs);
  }

  /** Returns false when the item has expired or was never there. */
  delete(item: T): boolean {
    return this.#expiries.delete(item);
  }

  /** Removes and returns everything, oldest first, and stops the timer. */
  clear(): readonly T[] {
    const items = [...this.#expiries.keys()];
    this.#expiries.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return items;
  }

  #expire(): void {
    // The fired timer stays noted while items expire, so that an item added meanwhile does not arm a second one.
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
    this.#timer = waitMs === undefined ? undefined : setTimeout(() => this.#expire(), waitMs);
  }
}
