// Address lists as people and programs write them: whom they name, and that no entry is passed over in silence.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAddressList } from '../../src/mail/address-list.ts';
import { createRandom } from '../support/random.ts';

const lists: readonly { readonly name: string; readonly list: string; readonly found: readonly string[] }[] = [
  { name: 'nothing', list: '', found: [] },
  { name: 'commas and comments alone', list: ' , (nobody),, ', found: [] },
  { name: 'bare addresses', list: 'a@x.y, b@x.y,c@x.y', found: ['a@x.y', 'b@x.y', 'c@x.y'] },
  { name: 'names', list: 'A B <a@x.y>, "C, D" <b@x.y>, =?utf-8?q?E?= <c@x.y>', found: ['a@x.y', 'b@x.y', 'c@x.y'] },
  { name: 'a name with dots and quotes', list: 'J. R. "Bob" D. <a@x.y>', found: ['a@x.y'] },
  { name: 'a name that looks like an address', list: '"b@x.y" <a@x.y>, c@x.y <d@x.y>', found: ['a@x.y', 'd@x.y'] },
  { name: 'a name that ends with its bracket', list: 'A<a@x.y>', found: ['a@x.y'] },
  { name: 'comments', list: '(x, y) a@x.y (z), <b@x.y> (B (the second) \\) of it)', found: ['a@x.y', 'b@x.y'] },
  { name: 'comments inside', list: 'a(c)@(d)x(e).y', found: ['a@x.y'] },
  { name: 'blanks around dots and @', list: 'a . b @ x . y, < c@x.y >', found: ['a.b@x.y', 'c@x.y'] },
  {
    name: 'quoted local parts',
    list: '"a,b"@x.y, <"c d"@x.y>, "e\\"f"@x.y',
    found: ['"a,b"@x.y', '"c d"@x.y', '"e\\"f"@x.y'],
  },
  { name: 'a quoted local part with an @', list: '"a@b"@x.y', found: ['"a@b"@x.y'] },
  { name: 'a bracket and a colon inside of quotes', list: '"<:" <a@x.y>, "f<g"@x.y', found: ['a@x.y', '"f<g"@x.y'] },
  {
    name: 'address literals',
    list: 'a@[192.0.2.1], <b@[IPv6:2001:db8::1]>',
    found: ['a@[192.0.2.1]', 'b@[IPv6:2001:db8::1]'],
  },
  { name: 'a source route', list: '<@r.z,@q.z:a@x.y>, b@x.y', found: ['@r.z,@q.z:a@x.y', 'b@x.y'] },
  { name: 'groups', list: 'all: a@x.y, B <b@x.y>;, c@x.y', found: ['a@x.y', 'b@x.y', 'c@x.y'] },
  { name: 'an empty group', list: 'undisclosed-recipients:;', found: [] },
  { name: 'a group that does not end', list: '"The others": a@x.y, b@x.y', found: ['a@x.y', 'b@x.y'] },
  { name: 'a group in a group', list: 'A: B: a@x.y; ;', found: ['a@x.y'] },
  { name: 'semicolons for commas', list: 'a@x.y; B <b@x.y>', found: ['a@x.y', 'b@x.y'] },
  {
    name: 'characters beyond ASCII',
    list: 'Jörg <jörg@exämple.com>, 日本@x.y',
    found: ['jörg@exämple.com', '日本@x.y'],
  },
  { name: 'a local part alone', list: 'postmaster, <root>', found: ['postmaster', 'root'] },
];

for (const { name, list, found } of lists) {
  test(`parseAddressList() reads ${name}`, () => assert.deepEqual(parseAddressList(list), found));
}

const broken: readonly string[] = [
  'a@x.y b@x.y',
  '<a@x.y> <b@x.y>',
  '<a@x.y> b@x.y',
  'A <a@x.y> B',
  '<a@x.y <b@x.y>',
  'Jane Doe',
  'Jane Doe a@x.y',
  '<>',
  'A <>',
  'a@x.y>',
  '<a@x.y',
  '<a@x.y, b@x.y',
  '"a@x.y, b@x.y',
  'a@x.y (b@x.y',
  'a@x.y (b (c)',
  'a@[192.0.2.1, b@x.y',
  '"a\\',
  '<a b@x.y>',
];

for (const list of broken) {
  test(`parseAddressList() makes one empty entry of ${list}, and goes on after it where it can`, () => {
    assert.deepEqual(parseAddressList(list), ['']);
    assert.deepEqual(parseAddressList(`c@x.y, ${list}`), ['c@x.y', '']);
  });
}

test('parseAddressList() reads what follows a broken entry', () => {
  assert.deepEqual(parseAddressList('Jane Doe, a@x.y'), ['', 'a@x.y']);
  assert.deepEqual(parseAddressList('a@x.y: b@x.y, c@x.y'), ['', 'c@x.y']);
});

const DECORATIONS: readonly [(address: string) => string, ...((address: string) => string)[]] = [
  (address) => address,
  (address) => `<${address}>`,
  (address) => `Some Body <${address}>`,
  (address) => `"Body, Some; \\"So\\" <x@y.z>" <${address}>`,
  (address) => `${address} (said: a, b <c@d.e>)`,
  (address) => `(before) < ${address} >`,
  (address) => `group name: ${address};`,
];
const LOCAL_PARTS = ['a', 'a.b', 'a+b', "o'neil", '"a b"', '"a,b"', '"<a>"', '"a\\"b"', '"a:;(b"'] as const;
const SEPARATORS = [',', ', ', ' ,\t', ',,', ' (c) , ', ';'] as const;

test('parseAddressList() finds exactly the addresses that 2,000 made-up lists were made of', () => {
  const { below, pick } = createRandom(5);
  for (let round = 0; round < 2000; round++) {
    const addresses = Array.from({ length: 1 + below(6) }, (_, index) => `${pick(LOCAL_PARTS)}@h${index}.example`);
    const entries = addresses.map((address) => pick(DECORATIONS)(address));
    const list = entries.reduce((all, entry) => all + pick(SEPARATORS) + entry);
    assert.deepEqual(parseAddressList(list), addresses, list);
  }
});

const LONG = 512 * 1024;
const PIECES = ['(', '"', '<', '[', '\\', '@', 'a ', 'a:', 'a:;', ':', '<a>', '"a" ', 'a@b.c ', 'a@b.c,', '(a) '];

test('parseAddressList() ends in time with lists made of one piece: were it to look back, the suite would not', () => {
  for (const piece of PIECES) parseAddressList(piece.repeat(LONG / piece.length));
  parseAddressList(`${'a'.repeat(LONG / 2)}@${':'.repeat(LONG / 2)}`);
});
