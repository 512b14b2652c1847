// One address of an outside set with the set's own verdict on it, and how it is asked here.
import type { AddressOptions } from '../../src/mail/address.ts';

/** A case of a set. */
export interface AddressCase {
  readonly address: string;
  /** What the set says. */
  readonly valid: boolean;
  readonly options: AddressOptions;
}

export const STRICT: AddressOptions = { policy: 'strict', smtputf8: false, allow: 'recipient' };
export const STRICT_UTF8: AddressOptions = { ...STRICT, smtputf8: true };
export const LOOSE: AddressOptions = { ...STRICT_UTF8, policy: 'loose' };
