// The measuring of address sets: what makes a set fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { STRICT } from '../../scripts/measure-addresses/address-case.ts';
import { judgeSet } from '../../scripts/measure-addresses/judge-set.ts';
import type { AddressSet } from '../../scripts/measure-addresses/sets.ts';

const RULING = { valid: false, decides: (address: string) => address.startsWith('r'), reason: 'a section' };
const SET: AddressSet = { name: 'set', judgesBy: 'something else', rulings: [RULING], agreed: 1, read: () => [] };

/** Cases of the set: the address, and what the set says of it. */
function judge(set: Partial<AddressSet>, ...cases: readonly (readonly [address: string, valid: boolean])[]) {
  return judgeSet({ ...SET, ...set }, cases.map(([address, valid]) => ({ address, valid, options: STRICT })));
}

test('judgeSet() names the reason for each disagreement', () => {
  const { cases, disagreements, faults } = judge({}, ['a@b.example', true], ['r@b.example', false]);
  assert.equal(cases, 2);
  assert.deepEqual(disagreements, [{ address: 'r@b.example', valid: false, reason: 'a section' }]);
  assert.deepEqual(faults, []);
});

test('judgeSet() finds fault where nothing decides, and where less agrees than did', () => {
  assert.deepEqual(judge({}, ['a@b.example', true], ['b@b.example', false]).faults, [
    'nothing decides "b@b.example", which the set refuses',
  ]);
  // A ruling is for one direction.
  assert.deepEqual(judge({ agreed: 0 }, ['r@', true]).faults, ['nothing decides "r@", which the set takes']);
  assert.deepEqual(judge({ agreed: 2 }, ['a@b.example', true], ['r@b.example', false]).faults, [
    '1 agree, 2 did before',
  ]);
});

test('judgeSet() lists no more than two in a hundred of a set that judges by the RFCs', () => {
  const { judgesBy: _, ...byRfc } = SET;
  const right = Array.from({ length: 98 }, (_, index) => [`a${index}@b.example`, true] as const);
  const verdict = (...wrong: readonly (readonly [string, boolean])[]) =>
    judgeSet(byRfc, [...right, ...wrong].map(([address, valid]) => ({ address, valid, options: STRICT }))).faults;
  assert.deepEqual(verdict(['r1@b.example', false], ['r2@b.example', false]), []);
  assert.deepEqual(verdict(['r1@b.example', false], ['r2@b.example', false], ['r3@b.example', false]), [
    'judges by the RFCs, and more than 2 % disagree',
  ]);
});
