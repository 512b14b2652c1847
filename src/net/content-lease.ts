// The room that one message takes: before its content is read, until it is durable or refused, in few steps.
//
// What has begun to be read can be finished: past a first portion, room is taken for all that was announced or, where
// nothing was, for the largest message, before more is read. Uploads that took room as their bytes arrive could fill the
// room together with each of them half read, and none could go on.

import type { Room } from './content-room.ts';

/** What the lease is for. */
export interface ContentLeaseOptions {
  readonly room: Room;
  /** Bytes in memory for each byte of content, its encoded forms included. */
  readonly weight: number;
  /** The largest content; what is longer is not kept, and needs no room. */
  readonly maxBytes: number;
  /** Whoever waits for room stops when it fires; left out: nobody waits. */
  readonly wait?: AbortSignal | undefined;
}

// Most mail is smaller than this, and takes room once.
const FIRST_STEP = 64 * 1024;
const SECOND_STEP = 1024 * 1024;

/** Created without room; `release` gives back everything, whatever happened before. */
export class ContentLease {
  readonly #options: ContentLeaseOptions;
  /** Content that there is room for. */
  #content = 0;
  #held = 0;
  #isAnnounced = false;
  #isReleased = false;

  constructor(options: ContentLeaseOptions) {
    this.#options = options;
  }

  /** Whether content of this size would find room now; it takes none. */
  fits(size: number): boolean {
    return this.#options.room.fits(this.#toCharge(size));
  }

  /** Takes room for content of the announced size, or for a first portion. */
  expect(size: number | undefined): boolean | Promise<boolean> {
    this.#isReleased = false;
    this.#isAnnounced = size !== undefined;
    return this.#reach(size ?? FIRST_STEP);
  }

  /** Takes more room when `size` bytes of content need it; false: they must be given up. */
  admit(size: number): boolean | Promise<boolean> {
    if (size <= this.#content) return true;
    const { maxBytes } = this.#options;
    if (size > maxBytes) {
      this.release();
      return true;
    }
    // RFC 1870 section 6.1: what was announced may be an estimate.
    if (this.#isAnnounced) return this.#reach(size + FIRST_STEP);
    return this.#reach(size <= FIRST_STEP ? FIRST_STEP : size <= SECOND_STEP ? SECOND_STEP : maxBytes);
  }

  /** Gives back what content of `size` bytes does not need. */
  complete(size: number): void {
    this.#giveBackTo(this.#toCharge(size));
  }

  /** Holds this many bytes from now on, whatever the weight said; false, and nothing has changed, when there is no room. */
  async settle(bytes: number): Promise<boolean> {
    const { room } = this.#options;
    const charge = Math.min(bytes, room.largest);
    const missing = charge - this.#held;
    if (missing > 0 && !this.#isReleased) return await this.#take(missing);
    this.#giveBackTo(charge);
    return true;
  }

  /** Gives everything back. */
  release(): void {
    this.#isReleased = true;
    this.#content = 0;
    this.#giveBackTo(0);
  }

  #toCharge(size: number): number {
    const { room, weight } = this.#options;
    return Math.min(Math.ceil(size * weight), room.largest);
  }

  #reach(wanted: number): boolean | Promise<boolean> {
    const size = Math.min(wanted, this.#options.maxBytes);
    const taken = this.#take(this.#toCharge(size) - this.#held);
    if (taken === true) this.#content = size;
    if (typeof taken === 'boolean') return taken;
    return taken.then((granted) => {
      if (granted && !this.#isReleased) this.#content = size;
      return granted;
    });
  }

  #take(bytes: number): boolean | Promise<boolean> {
    if (bytes <= 0) return true;
    const { room, wait } = this.#options;
    const taken = room.take(bytes, wait === undefined ? {} : { wait });
    if (taken === true) this.#held += bytes;
    if (typeof taken === 'boolean') return taken;
    return taken.then((granted) => {
      if (!granted) return false;
      // Whoever asked may be gone by now.
      if (this.#isReleased) room.give(bytes);
      else this.#held += bytes;
      return !this.#isReleased;
    });
  }

  #giveBackTo(bytes: number): void {
    const spare = this.#held - bytes;
    if (spare <= 0) return;
    this.#held = bytes;
    this.#options.room.give(spare);
  }
}
