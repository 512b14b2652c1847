// A long list of IP ranges made quick to ask: one look-up for each prefix length in it, however many ranges there are.

import { type IpAddress, parseIpAddress } from './ip-address.ts';
import type { IpRanges } from './ip-ranges.ts';

/** The networks of one address family and prefix length, as numbers without the bits behind the prefix. */
interface Level {
  readonly bits: IpAddress['bits'];
  readonly shift: bigint;
  readonly networks: Set<bigint>;
}

/** The question whether an address is in any of the ranges; no for what is no address. */
export function toRangeIndex(ranges: IpRanges): (address: string) => boolean {
  const levels = new Map<string, Level>();
  for (const { network: { bits, value }, prefix } of ranges) {
    const name = `${bits}/${prefix}`;
    const level = levels.get(name) ?? { bits, shift: BigInt(bits - prefix), networks: new Set() };
    level.networks.add(value >> level.shift);
    levels.set(name, level);
  }
  const all = [...levels.values()];
  return (text) => {
    const address = all.length === 0 ? undefined : parseIpAddress(text);
    if (address === undefined) return false;
    return all.some(({ bits, shift, networks }) => bits === address.bits && networks.has(address.value >> shift));
  };
}
