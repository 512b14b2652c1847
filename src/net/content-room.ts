// Room for content in flight (key memory-limit), counted over all sessions of both doors; whoever finds none waits a while.

/** Room as one process sees it; a promise where another process counts or where room is waited for. */
export interface Room {
  /** Bytes taken through this object and not given back. */
  readonly taken: number;
  /** The most that is ever charged for one message. */
  readonly largest: number;
  /** Whether `take` would say yes now, as far as this process knows. */
  fits(bytes: number): boolean;
  /** Takes room, to be given back with `give`; false when there is none and it is not waited for, or in vain. */
  take(bytes: number, options?: TakeOptions): boolean | Promise<boolean>;
  give(bytes: number): void;
}

/** How room is taken. */
export interface TakeOptions {
  /** Waits for room, until it fires at the latest; left out: no waiting. */
  readonly wait?: AbortSignal;
}

/** Options of `ContentRoom`. */
export interface ContentRoomOptions {
  readonly bytes: number;
  /** Longest wait in milliseconds. */
  readonly waitMs: number;
}

/** What is taken in portions up to this size may fill the room to the brim, and never waits behind a larger one. */
export const SMALL_PORTION = 1024 * 1024;
// Larger portions leave an eighth: a few large uploads cannot keep everybody else's ordinary mail out.
const LARGE_SHARE = 7 / 8;
// A message that needs more than this is charged no more, so that it does not have to wait until nothing else moves.
const LARGEST_SHARE = 3 / 4;

/** The most that one message is charged in a room of this size. */
export function toLargestCharge(roomBytes: number): number {
  return Math.floor(roomBytes * LARGEST_SHARE);
}

interface Waiter {
  readonly bytes: number;
  settle(granted: boolean): void;
}

/**
 * Counts in this process. Nothing can lock up here: whoever waits gives up in the end, and gives back what it holds.
 */
export class ContentRoom implements Room {
  readonly largest: number;
  readonly #bytes: number;
  readonly #waitMs: number;
  readonly #waiters = new Set<Waiter>();
  #taken = 0;

  constructor({ bytes, waitMs }: ContentRoomOptions) {
    this.#bytes = bytes;
    this.#waitMs = waitMs;
    this.largest = toLargestCharge(bytes);
  }

  get taken(): number {
    return this.#taken;
  }

  /** Those who wait for room. */
  get waiting(): number {
    return this.#waiters.size;
  }

  fits(bytes: number): boolean {
    if (bytes <= SMALL_PORTION) return this.#taken + bytes <= this.#bytes;
    return this.#taken + bytes <= this.#bytes * LARGE_SHARE;
  }

  take(bytes: number, { wait }: TakeOptions = {}): boolean | Promise<boolean> {
    const mayPass = this.#waiters.size === 0 || bytes <= SMALL_PORTION;
    if (mayPass && this.fits(bytes)) {
      this.#taken += bytes;
      return true;
    }
    return wait === undefined || wait.aborted ? false : this.#wait(bytes, wait);
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    for (const waiter of this.#waiters) {
      if (!this.fits(waiter.bytes)) return;
      this.#taken += waiter.bytes;
      waiter.settle(true);
    }
  }

  /** First come, first served. */
  #wait(bytes: number, signal: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const giveUp = () => waiter.settle(false);
      const timer = setTimeout(giveUp, this.#waitMs);
      const waiter: Waiter = {
        bytes,
        settle: (granted) => {
          clearTimeout(timer);
          signal.removeEventListener('abort', giveUp);
          this.#waiters.delete(waiter);
          resolve(granted);
        },
      };
      signal.addEventListener('abort', giveUp);
      this.#waiters.add(waiter);
    });
  }
}
