// Lists of IP ranges in CIDR notation, as access and trust settings write them, and whether an address is in one.

import { type IpAddress, parseIpAddress, toIpText } from './ip-address.ts';
import { type Parsed, parsed, problem } from './parsed.ts';

/** One network. */
export interface IpRange {
  readonly network: IpAddress;
  /** Leading bits that count, 0 to `network.bits`. */
  readonly prefix: number;
}

/** The ranges of one setting; an address is in the list when it is in any of them. */
export type IpRanges = readonly IpRange[];

/** Parses `192.168.0.0/16;10.0.0.1,2001:db8::/32`; blanks and empty elements are skipped, an empty text is no range. */
export function parseIpRanges(text: string): Parsed<IpRanges> {
  const ranges: IpRange[] = [];
  for (const element of text.split(/[;,]/)) {
    const trimmed = element.trim();
    if (trimmed === '') continue;
    const range = parseIpRange(trimmed);
    if (!range.ok) return range;
    ranges.push(range.value);
  }
  return parsed(ranges);
}

/** Parses a file of ranges, as a rule one a line; `#` starts a comment, the problem names the line. */
export function parseRangeLines(text: string): Parsed<IpRanges> {
  const all: IpRange[] = [];
  for (const [index, line] of text.replace(/^\ufeff/, '').split(/\r?\n/).entries()) {
    const ranges = parseIpRanges(line.replace(/#.*/, ''));
    if (!ranges.ok) return problem(`line ${index + 1}: ${ranges.problem}`);
    for (const range of ranges.value) all.push(range);
  }
  return parsed(all);
}

/** Whether any of the ranges contains the address; false for what is no address. */
export function rangesContain(ranges: IpRanges, text: string): boolean {
  const address = parseIpAddress(text);
  if (address === undefined) return false;
  return ranges.some(({ network, prefix }) => {
    const shift = BigInt(network.bits - prefix);
    return network.bits === address.bits && network.value >> shift === address.value >> shift;
  });
}

/** The range in canonical text. */
export function toRangeText({ network, prefix }: IpRange): string {
  return `${toIpText(network)}/${prefix}`;
}

function parseIpRange(text: string): Parsed<IpRange> {
  const slash = text.indexOf('/');
  const address = slash < 0 ? text : text.slice(0, slash);
  const network = parseIpAddress(address);
  if (network === undefined) return problem(`"${text}" is not an IP range`);
  if (slash < 0) return parsed({ network, prefix: network.bits });
  const prefix = parsePrefix(text.slice(slash + 1), { written: address.includes(':') ? 128 : 32, network });
  if (prefix === undefined) return problem(`"${text}" has no prefix length that fits its address`);
  return toNetwork(text, { network, prefix });
}

/** The prefix length in bits of the normalised address; undefined when it is out of range. */
function parsePrefix(text: string, { written, network }: { written: number; network: IpAddress }): number | undefined {
  if (!/^(0|[1-9]\d{0,2})$/.test(text) || Number(text) > written) return undefined;
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; a mapped network wider than /96 would no longer be an IPv4 one.
  const prefix = Number(text) - (written - network.bits);
  return prefix < 0 ? undefined : prefix;
}

function toNetwork(text: string, range: IpRange): Parsed<IpRange> {
  const { network, prefix } = range;
  const shift = BigInt(network.bits - prefix);
  const value = network.value >> shift << shift;
  if (value === network.value) return parsed(range);
  // One host or its whole network: the two differ too much to guess which of them shall be let in.
  const meant = toRangeText({ network: { bits: network.bits, value }, prefix });
  return problem(`"${text}" has address bits behind its prefix (the network is ${meant})`);
}
