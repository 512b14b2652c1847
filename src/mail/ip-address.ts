// IP addresses as numbers: parsing, canonical text, and what trust decisions ask of an address.

/** An address in comparable form: IPv4-mapped IPv6 has become IPv4, a zone id is gone. */
export interface IpAddress {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

const IPV4_MAPPED = 0xffffn; // ::ffff:0:0/96 (RFC 4291 section 2.5.5.2)
const LOOPBACK_IPV4 = 127n; // 127.0.0.0/8 (RFC 1122 section 3.2.1.3)
const LOOPBACK_IPV6 = 1n; // ::1 (RFC 4291 section 2.5.3)

/** Parses an IPv4 or IPv6 address; undefined when it is neither. */
export function parseIpAddress(text: string): IpAddress | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { bits: 32, value: ipv4 };
  const ipv6 = parseIpv6(text);
  if (ipv6 === undefined) return undefined;
  if (ipv6 >> 32n === IPV4_MAPPED) return { bits: 32, value: ipv6 & 0xffffffffn };
  return { bits: 128, value: ipv6 };
}

/** The canonical text: dotted decimal, or RFC 5952. */
export function toIpText({ bits, value }: IpAddress): string {
  if (bits === 32) return [24, 16, 8, 0].map((shift) => (Number(value) >>> shift) & 0xff).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => (value >> BigInt(112 - 16 * index)) & 0xffffn);
  const [start, length] = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(':');
  return `${hex.slice(0, start).join(':')}::${hex.slice(start + length).join(':')}`;
}

/** The address as the record and the log write it: canonical, mapped IPv4 as IPv4; anything else stays as it is. */
export function normalizeIp(text: string): string {
  const address = parseIpAddress(text);
  return address === undefined ? text : toIpText(address);
}

/** Whether the address is of this host itself; false for what is no address. */
export function isLoopback(text: string): boolean {
  const address = parseIpAddress(text);
  if (address === undefined) return false;
  return address.bits === 32 ? address.value >> 24n === LOOPBACK_IPV4 : address.value === LOOPBACK_IPV6;
}

function parseIpv4(text: string): bigint | undefined {
  const octets = text.split('.');
  if (octets.length !== 4) return undefined;
  let value = 0;
  for (const octet of octets) {
    // A leading zero is octal to some readers and decimal to others: an access list must not depend on the reader.
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255) return undefined;
    value = value * 256 + Number(octet);
  }
  return BigInt(value);
}

function parseIpv6(text: string): bigint | undefined {
  const groups = withHexTail(text.replace(/%[^%]+$/, ''));
  const halves = groups?.split('::').map((half) => half === '' ? [] : half.split(':'));
  const [head, tail, ...more] = halves ?? [];
  if (head === undefined || more.length > 0) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...(tail ?? [])];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.reduce((value, group) => value << 16n | BigInt(`0x${group}`), 0n);
}

/** Rewrites a dotted-decimal tail (`::ffff:192.0.2.1`) as two hexadecimal groups. */
function withHexTail(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const cut = text.lastIndexOf(':') + 1;
  const tail = parseIpv4(text.slice(cut));
  if (tail === undefined || cut === 0) return undefined;
  return `${text.slice(0, cut)}${(tail >> 16n).toString(16)}:${(tail & 0xffffn).toString(16)}`;
}

function longestZeroRun(groups: readonly bigint[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < groups.length; start++) {
    let end = start;
    while (groups[end] === 0n) end++;
    if (end - start > best[1]) best = [start, end - start];
  }
  return best;
}
