// Room for content in one of several processes: it is counted in another one, which is asked in steps, not for each message.

import { type Room, SMALL_PORTION, type TakeOptions, toLargestCharge } from './content-room.ts';
import type { Hold, HoldFacts, TakeHold } from './holds.ts';

// What is asked for at least, and kept without use at most.
const STEP_BYTES = SMALL_PORTION;

/** Goes with a refusal when the counting process is gone. */
export const NOBODY_COUNTS: HoldFacts = {};

/** Options of `SharedRoom`. */
export interface SharedRoomOptions {
  /** The room of all processes together. */
  readonly bytes: number;
  /** How many they are. */
  readonly processes: number;
}

interface Portion {
  readonly bytes: number;
  readonly hold: Hold;
}

/** Keeps what it was granted as long as it is needed, and a little in store for the next message. */
export class SharedRoom implements Room {
  readonly largest: number;
  readonly #take: TakeHold;
  readonly #ownShare: number;
  readonly #portions = new Set<Portion>();
  #granted = 0;
  #taken = 0;

  constructor(take: TakeHold, { bytes, processes }: SharedRoomOptions) {
    this.#take = take;
    this.#ownShare = bytes / processes;
    this.largest = toLargestCharge(bytes);
  }

  get taken(): number {
    return this.#taken;
  }

  /** What the others have left is not known here: `take` finds out. */
  fits(): boolean {
    return true;
  }

  take(bytes: number, { wait }: TakeOptions = {}): boolean | Promise<boolean> {
    if (this.#taken + bytes > this.#granted) return this.#ask(bytes, wait);
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    for (const portion of this.#portions) {
      if (this.#granted - portion.bytes < this.#taken + (portion.bytes > STEP_BYTES ? 0 : STEP_BYTES)) continue;
      this.#portions.delete(portion);
      this.#granted -= portion.bytes;
      portion.hold.release();
    }
  }

  async #ask(bytes: number, wait: AbortSignal | undefined): Promise<boolean> {
    const portion = Math.max(bytes, STEP_BYTES);
    const what = wait === undefined ? 'room' : 'room-when-free';
    const answer = await this.#take({ what, key: String(portion) }, wait);
    if (!answer.granted) return answer.facts === NOBODY_COUNTS && this.#takeOwn(bytes);
    this.#portions.add({ bytes: portion, hold: answer.hold });
    this.#granted += portion;
    this.#taken += bytes;
    return true;
  }

  /** What was begun before the counting process went is still finished, within a share that is everybody's own. */
  #takeOwn(bytes: number): boolean {
    if (this.#taken + bytes > this.#ownShare) return false;
    this.#taken += bytes;
    return true;
  }
}
