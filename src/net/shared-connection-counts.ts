// The cap on connections of one address in one of several processes: they are counted in another one.

import type { AddressCounts } from './connection-counts.ts';
import type { Hold, TakeHold } from './holds.ts';

/** Asks for each connection. */
export class SharedConnectionCounts implements AddressCounts {
  readonly #take: TakeHold;
  readonly #held = new Map<string, Hold[]>();

  constructor(take: TakeHold) {
    this.#take = take;
  }

  get addresses(): number {
    return this.#held.size;
  }

  async tryEnter(address: string): Promise<boolean> {
    const answer = await this.#take({ what: 'address', key: address });
    if (!answer.granted) return false;
    const held = this.#held.get(address);
    if (held === undefined) this.#held.set(address, [answer.hold]);
    else held.push(answer.hold);
    return true;
  }

  leave(address: string): void {
    const held = this.#held.get(address) ?? [];
    held.pop()?.release();
    if (held.length === 0) this.#held.delete(address);
  }
}
