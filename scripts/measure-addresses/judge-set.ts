// Compares our verdicts with those of one outside set, and says what is wrong with the result.
import { parseAddress } from '../../src/mail/address.ts';
import type { AddressCase } from './address-case.ts';
import type { AddressSet } from './sets.ts';

/** An address on which we differ. */
export interface Disagreement {
  readonly address: string;
  /** What the set says. */
  readonly valid: boolean;
  /** The section that decides; undefined when nothing does. */
  readonly reason: string | undefined;
}

/** What came out for one set. */
export interface SetOutcome {
  readonly set: AddressSet;
  readonly cases: number;
  readonly disagreements: readonly Disagreement[];
  /** Why this is no longer good enough. */
  readonly faults: readonly string[];
}

/** Of a set that judges by the RFCs, so much may be listed. */
export const MAX_LISTED = 0.02;

/** Judges every case. */
export function judgeSet(set: AddressSet, cases: readonly AddressCase[]): SetOutcome {
  const disagreements = cases
    .filter(({ address, valid, options }) => parseAddress(address, options).ok !== valid)
    .map(({ address, valid }) => ({ address, valid, reason: findReason(set, { address, valid }) }));
  return { set, cases: cases.length, disagreements, faults: findFaults(set, { cases, disagreements }) };
}

function findReason({ rulings }: AddressSet, given: Pick<AddressCase, 'address' | 'valid'>): string | undefined {
  return rulings.find(({ valid, decides }) => valid === given.valid && decides(given.address))?.reason;
}

function findFaults(
  { agreed, judgesBy }: AddressSet,
  { cases, disagreements }: {
    readonly cases: readonly AddressCase[];
    readonly disagreements: readonly Disagreement[];
  },
): string[] {
  const unruled = disagreements.filter(({ reason }) => reason === undefined);
  const count = cases.length - disagreements.length;
  const isTooMany = judgesBy === undefined && disagreements.length > MAX_LISTED * cases.length;
  return [
    ...unruled.map(({ address, valid }) =>
      `nothing decides ${JSON.stringify(address)}, which the set ${valid ? 'takes' : 'refuses'}`
    ),
    ...(count < agreed ? [`${count} agree, ${agreed} did before`] : []),
    ...(isTooMany ? [`judges by the RFCs, and more than ${100 * MAX_LISTED} % disagree`] : []),
  ];
}
