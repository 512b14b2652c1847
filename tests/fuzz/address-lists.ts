// Address lists of header fields: random ones lose nobody silently, and true ones come out whole whatever is around them.

import assert from 'node:assert/strict';
import { parseAddressList } from '../../src/mail/address-list.ts';
import { readHeaderAddresses } from '../../src/mail/header-addresses.ts';
import type { Random } from '../support/random.ts';
import { drawAddress } from './addresses.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { drawContent, toTokens } from './tokens.ts';

const PIECES = toTokens([
  ...['a@b.example', 'c', ' ', ',', ';', ':', '<', '>', '"', '\\', '(', ')', '[', ']', '@', '.', '\t', '\xc3\xa9'],
  ...['<d@e.example>', '"x, y" <f@g.example>', 'group:', '(a (deep) comment)'],
]);
const BLANKS = ['', ' ', '\t', ' (x) ', '(a (b, c) \\) d)'] as const;
const NAMES = ['', 'Name', '"Na, me"', 'a b', '=?utf-8?q?a=2C_b?=', '(x) Name'] as const;

/** One entry for this address, in one of the ways of RFC 5322 section 3.4. */
function wrap(address: string, { pick }: Random): string {
  const name = pick(NAMES);
  const entry = pick([address, `${name} <${address}>`, `${name}<${pick(BLANKS)}${address}${pick(BLANKS)}>`]);
  return pick([entry, entry, `group: ${entry};`, `${pick(BLANKS)}${entry}${pick(BLANKS)}`]);
}

function checkTrueList(random: Random): void {
  const addresses = Array.from({ length: random.below(8) }, (_, index) => `user${index}@example.org`);
  const list = addresses.map((address) => wrap(address, random)).join(random.pick([',', ', ', ' , ', ',,']));
  assert.deepEqual(parseAddressList(list), addresses, list);
}

function checkAnyList(list: string): void {
  const found = parseAddressList(list);
  assert.ok(found.length <= list.length + 1);
  for (const address of found) assert.ok(address === '' || !/^[ \t]|[ \t]$/.test(address), list);
}

export const addressLists: FuzzTarget = {
  name: 'address lists',
  check(random) {
    checkTrueList(random);
    checkAnyList(random.bytes(PIECES, 20).toString());
    checkAnyList([drawAddress(random), drawAddress(random)].join(','));
    const field = `${random.pick(['To', 'From', 'Bcc'])}: ${random.bytes(PIECES, 20).toString('latin1')}\r\n`;
    const header = Buffer.concat([Buffer.from(field, 'latin1'), drawContent(random)]);
    const read = readHeaderAddresses(header);
    assert.ok(read !== undefined && read.withoutBcc().length <= header.length);
    assert.equal(readHeaderAddresses(read.withoutBcc())?.recipients.some((each) => each.field === 'Bcc'), false);
  },
};
