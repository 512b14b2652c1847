// The bracketed address that may stand in place of a domain: the literal grammar of RFC 5321 section 4.1.3, to the letter.

const IPV6_GROUP = /^[\da-f]{1,4}$/i;
const SNUM = /^\d{1,3}$/;
const GROUPS = 8;

/** Whether the text, brackets included, is an IPv4 literal, or an IPv6 one behind its tag; no other tag is registered. */
export function isAddressLiteral(text: string): boolean {
  if (!text.startsWith('[') || !text.endsWith(']')) return false;
  const inner = text.slice(1, -1);
  return /^IPv6:/i.test(inner) ? isIpv6(inner.slice(5)) : isIpv4(inner);
}

/** Snum is decimal by definition, so that leading zeros, which other notations read as octal, are allowed here. */
function isIpv4(text: string): boolean {
  const numbers = text.split('.');
  return numbers.length === 4 && numbers.every((number) => SNUM.test(number) && Number(number) <= 255);
}

function isIpv6(text: string): boolean {
  const cut = text.lastIndexOf(':') + 1;
  const tail = text.slice(cut);
  if (tail.includes('.') && !isIpv4(tail)) return false;
  // The IPv4 address at the end stands for two groups.
  const hex = tail.includes('.') ? `${text.slice(0, cut)}0:0` : text;
  const [left, right, ...more] = hex.split('::').map((half) => half === '' ? [] : half.split(':'));
  if (left === undefined || more.length > 0) return false;
  const groups = [...left, ...(right ?? [])];
  if (!groups.every((group) => IPV6_GROUP.test(group))) return false;
  // "The '::' represents at least 2 16-bit groups of zeros", where RFC 4291 is content with one.
  return right === undefined ? groups.length === GROUPS : groups.length <= GROUPS - 2;
}
