// The cap on sessions in one of several processes: the places are counted in another one.

import type { Hold, HoldRequest, TakeHold } from './holds.ts';
import type { Places } from './session-places.ts';

/** Asks for each place. */
export class SharedPlaces implements Places {
  readonly #take: TakeHold;
  readonly #what: HoldRequest['what'];
  /** Any of them will do when a session ends. */
  readonly #held: Hold[] = [];

  /** `what` names the kind of place; those of the HTTP door are not waited for. */
  constructor(take: TakeHold, { what = 'place' }: { readonly what?: 'place' | 'http-place' } = {}) {
    this.#take = take;
    this.#what = what;
  }

  tryEnter(): Promise<boolean> {
    return this.#enter(this.#what);
  }

  enter(signal: AbortSignal): Promise<boolean> {
    return this.#enter('place-when-free', signal);
  }

  leave(): void {
    this.#held.pop()?.release();
  }

  async #enter(what: HoldRequest['what'], signal?: AbortSignal): Promise<boolean> {
    const answer = await this.#take({ what, key: '' }, signal);
    if (answer.granted) this.#held.push(answer.hold);
    return answer.granted;
  }
}
