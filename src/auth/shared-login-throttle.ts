// The login throttle in one of several processes: what each address got wrong is counted in another one.

import type { HoldFacts, TakeHold } from '../net/holds.ts';
import type { Admission, LoginEnd, LoginThrottle } from './login-throttle.ts';

/** Asks before each login. */
export function createSharedLoginThrottle(take: TakeHold): LoginThrottle {
  return {
    async admit(address) {
      const answer = await take({ what: 'login', key: address });
      if (!answer.granted) return toRefusal(answer.facts);
      const { hold } = answer;
      return {
        admitted: true,
        delayMs: Number(hold.facts['delayMs']),
        end: (how, guessed = how === 'rejected') => hold.release({ how, guessed }),
      };
    },
  };
}

/** A refusal without facts is one by nobody: the other process is gone. */
function toRefusal({ answer, first, retryAfterMs }: HoldFacts): Admission {
  return {
    admitted: false,
    answer: answer === 'rejected' ? 'rejected' : 'unavailable',
    first: first === true,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs: Number(retryAfterMs) }),
  };
}

/** The way a login ended, out of the facts that its release came with. */
export function toLoginEnd({ how, guessed }: HoldFacts): { readonly how: LoginEnd; readonly guessed: boolean } {
  const known: readonly LoginEnd[] = ['accepted', 'rejected', 'unavailable'];
  return { how: known.find((end) => end === how) ?? 'abandoned', guessed: guessed === true };
}
