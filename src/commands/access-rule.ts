// Who may connect to a door: the configured range, or what holds where none is set.

import { isLoopback } from '../mail/ip-address.ts';
import { type IpRanges, rangesContain } from '../mail/ip-ranges.ts';
import type { AddressSource } from '../net/client-gate.ts';

/** Who may connect to a door without a range. */
export type AccessByDefault = 'loopback' | 'everybody';

/** Whether an address may connect; that it is of this host, only a socket can tell, and no proxy. */
export function toAccessRule(
  ranges: IpRanges | undefined,
  byDefault: AccessByDefault,
): (address: string, source?: AddressSource) => boolean {
  if (ranges !== undefined) return (address) => rangesContain(ranges, address);
  if (byDefault === 'everybody') return () => true;
  return (address, source = 'socket') => source === 'socket' && isLoopback(address);
}
