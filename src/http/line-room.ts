// The room that one line of a stream takes (key memory-limit), from its first bytes until it has its result.

import { ContentLease } from '../net/content-lease.ts';
import { JSON_WEIGHT } from './body-room.ts';
import type { HttpDoor } from './http-door.ts';

/** Takes nothing yet. While there is no room the stream is not read; in the end the line is refused, and read past. */
export class LineRoom {
  readonly lease: ContentLease;
  #isRefused = false;

  /** @param wait ends the waiting when it fires */
  constructor({ room, maxBytes }: Pick<HttpDoor, 'room' | 'maxBytes'>, wait: AbortSignal) {
    this.lease = new ContentLease({ room, weight: JSON_WEIGHT, maxBytes, wait });
  }

  /** Takes room for so much of an unfinished line; false, from then on, when there is none. */
  async admit(size: number): Promise<boolean> {
    if (size > 0 && !this.#isRefused) this.#note(await this.lease.admit(size));
    return !this.#isRefused;
  }

  /** Takes what the whole line needs and no more; false when there is none. */
  async complete(size: number): Promise<boolean> {
    if (!this.#isRefused) this.#note(await this.lease.expect(size));
    if (this.#isRefused) return false;
    this.lease.complete(size);
    return true;
  }

  #note(granted: boolean): void {
    this.#isRefused = !granted;
    if (!granted) this.lease.release();
  }
}
