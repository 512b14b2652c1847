// The counting process as far as a test of the counted ones needs it: answers later, up to a limit, and remembers.
import type { HoldFacts, HoldRequest, TakeHold } from '../../src/net/holds.ts';

/** What was asked and given back. */
export interface FakeHolds {
  readonly take: TakeHold;
  readonly requests: HoldRequest[];
  readonly released: (HoldFacts | undefined)[];
  /** Holds by key. */
  readonly open: Map<string, number>;
}

/** Grants as many holds of each key as `limit` says. */
export function createFakeHolds(limit: number, { granted = {}, refused = {} } = {}): FakeHolds {
  const open = new Map<string, number>();
  const requests: HoldRequest[] = [];
  const released: (HoldFacts | undefined)[] = [];
  const take: TakeHold = async (request, signal) => {
    requests.push(request);
    const count = open.get(request.key) ?? 0;
    if (count >= limit || signal?.aborted === true) return { granted: false, facts: refused };
    open.set(request.key, count + 1);
    const release = (facts?: HoldFacts) => {
      open.set(request.key, (open.get(request.key) ?? 0) - 1);
      released.push(facts);
    };
    return await Promise.resolve({ granted: true, hold: { facts: granted, release } });
  };
  return { take, requests, released, open };
}
