// What a fuzz run does over and over: draw one input, give it to the code, look whether everything holds that must.

import type { Random } from '../support/random.ts';

/** One part of the program under random input. */
export interface FuzzTarget {
  readonly name: string;
  /** Draws an input and checks what comes of it; throws where something does not hold. */
  readonly check: (random: Random) => void | Promise<void>;
}
