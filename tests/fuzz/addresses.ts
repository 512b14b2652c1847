// The address grammar under random text: each policy takes what the narrower one takes, and makes the same of it.

import assert from 'node:assert/strict';
import { type AddressOptions, parseAddress, toUnicodeAddress } from '../../src/mail/address.ts';
import type { Random } from '../support/random.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { toTokens } from './tokens.ts';

const ROUTES = toTokens(['', '', '', '@b:', '@b,@c.d:', '@', '@b;']);
const LOCALS = toTokens([
  'a',
  'b',
  'c',
  'ab',
  'a.b',
  '1',
  '.',
  '+',
  '-',
  '\xc3\xa9',
  '"',
  '\\',
  ' ',
  '@',
  ':',
  '\r',
  '\0',
]);
const NAMES = [
  'a',
  'b',
  'c.d',
  '1',
  '.',
  '-',
  'example',
  'xn--',
  'xn--bcher-kva',
  '\xc3\xa9',
  '\xd7\x90',
  '\xe2\x80\x8d',
];
const DOMAINS = toTokens([...NAMES, '_', '/', '%', '[', ']', 'IPv6:', '::', '1.2.3.4', '\xe3\x80\x82', '\xc2\xb7']);
const AT = ['@', '@', '@', ''] as const;

/** Text that is an address about as often as not. */
export function drawAddress({ bytes, pick }: Random): string {
  const local = pick(['a.b', 'user+tag', bytes(LOCALS, pick([2, 5])).toString()]);
  const quoted = pick([local, local, `"${local}"`]);
  const domain = pick(['c.example', '[192.0.2.1]', bytes(DOMAINS, pick([2, 5])).toString()]);
  return `${bytes(ROUTES, 1)}${quoted}${pick(AT)}${domain}`;
}

/** What strict takes with SMTPUTF8, or undefined. */
export function checkAddress(text: string, allow: AddressOptions['allow']): string | undefined {
  const strict = parseAddress(text, { policy: 'strict', smtputf8: false, allow });
  const utf8 = parseAddress(text, { policy: 'strict', smtputf8: true, allow });
  const loose = parseAddress(text, { policy: 'loose', smtputf8: false, allow });
  if (strict.ok) assert.deepEqual(utf8, strict);
  if (utf8.ok) assert.deepEqual(loose, utf8);
  if (!loose.ok) return undefined;
  assert.equal(/\p{Cc}/u.test(loose.address), false);
  assert.ok(text.endsWith(loose.address));
  if (!utf8.ok) return undefined;
  assert.deepEqual(parseAddress(utf8.address, { policy: 'strict', smtputf8: true, allow }), utf8);
  // What the record has, a door takes back, save where U-labels are longer than the domain may be.
  const unicode = toUnicodeAddress(utf8.address);
  assert.deepEqual(parseAddress(unicode, { policy: 'strict', smtputf8: true, allow }), { ok: true, address: unicode });
  return utf8.address;
}

export const addresses: FuzzTarget = {
  name: 'address grammar',
  check(random) {
    const text = drawAddress(random);
    for (const allow of ['sender', 'recipient'] as const) checkAddress(text, allow);
  },
};
