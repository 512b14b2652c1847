// What the workers of a gateway have taken of its limits: the first process grants, and takes back from whoever dies.

import { toLoginEnd } from '../auth/shared-login-throttle.ts';
import type { HoldFacts, HoldRequest } from '../net/holds.ts';
import type { GatewayLimits } from './gateway-part.ts';

/** A granted request; undefined facts are none. */
export interface Grant {
  readonly facts?: HoldFacts;
  release(facts: HoldFacts): void;
}

/** A refused request. */
export interface Denial {
  readonly facts: HoldFacts;
}

/** Decides on requests; the signal withdraws one. */
export type Grantor = (request: HoldRequest, signal: AbortSignal) => Promise<Grant | Denial>;

const DENIED: Denial = { facts: {} };

/** Grants within the limits of the whole gateway. */
export function createGrantor({ places, httpPlaces, counts, throttle, room }: GatewayLimits): Grantor {
  const leave = () => places.leave();
  const leaveHttp = () => httpPlaces.leave();
  return async ({ what, key }, signal) => {
    if (what === 'place') return places.tryEnter() ? { release: leave } : DENIED;
    if (what === 'place-when-free') return await places.enter(signal) ? { release: leave } : DENIED;
    if (what === 'http-place') return httpPlaces.tryEnter() ? { release: leaveHttp } : DENIED;
    if (what === 'address') return counts.tryEnter(key) ? { release: () => counts.leave(key) } : DENIED;
    if (what === 'room' || what === 'room-when-free') {
      const bytes = Number(key);
      const granted = await room.take(bytes, what === 'room' ? {} : { wait: signal });
      return granted ? { release: () => room.give(bytes) } : DENIED;
    }
    const admission = await throttle.admit(key);
    if (!admission.admitted) {
      const { admitted: _, ...facts } = admission;
      return { facts };
    }
    return {
      facts: { delayMs: admission.delayMs },
      release(facts) {
        const { how, guessed } = toLoginEnd(facts);
        admission.end(how, guessed);
      },
    };
  };
}

/** Tells the worker what became of its request. */
export type AnswerHold = (id: number, granted: boolean, facts: HoldFacts) => void;

/** What one worker holds, by the numbers that it gave. */
export class HoldKeeper {
  readonly #grant: Grantor;
  readonly #answer: AnswerHold;
  readonly #asked = new Map<number, AbortController>();
  readonly #held = new Map<number, Grant>();

  constructor(grant: Grantor, answer: AnswerHold) {
    this.#grant = grant;
    this.#answer = answer;
  }

  /** Decides, and answers. */
  async take(id: number, request: HoldRequest): Promise<void> {
    const withdrawn = new AbortController();
    this.#asked.set(id, withdrawn);
    const grant = await this.#grant(request, withdrawn.signal);
    this.#asked.delete(id);
    const granted = 'release' in grant;
    if (granted && withdrawn.signal.aborted) return grant.release({});
    if (granted) this.#held.set(id, grant);
    this.#answer(id, granted, grant.facts ?? {});
  }

  /** Takes back what was granted, or forgets what was asked. */
  drop(id: number, facts: HoldFacts): void {
    this.#asked.get(id)?.abort();
    this.#held.get(id)?.release(facts);
    this.#held.delete(id);
  }

  /** Takes back everything: the worker is gone. */
  dropAll(): void {
    for (const id of [...this.#asked.keys(), ...this.#held.keys()]) this.drop(id, {});
  }
}
