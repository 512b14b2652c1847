// The groups of fields inside status, feedback and disposition parts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bareAddress, firstValue, parseFieldGroups, splitType, withoutType } from '../../src/reports/field-groups.ts';

function groups(text: string, max = 10): Record<string, readonly string[]>[] {
  return parseFieldGroups(text, max).map((group) => Object.fromEntries(group));
}

test('empty lines separate the groups, and lines of blanks do too', () => {
  assert.deepEqual(groups('A: 1\r\nB: 2\r\n\r\nC: 3\n \nD: 4\n'), [{ a: ['1'], b: ['2'] }, { c: ['3'] }, { d: ['4'] }]);
});

test('folded fields are one, repeated ones keep all their values', () => {
  assert.deepEqual(groups('A: one\r\n two\r\n\tthree\r\nA: four'), [{ a: ['one two three', 'four'] }]);
});

test('lines that are no fields are passed over', () => {
  assert.deepEqual(groups('words\n: x\n1st: x\nA b: c\nGood: yes'), [{ good: ['yes'] }]);
});

test('no more groups, fields and values than allowed are kept', () => {
  assert.equal(groups('A: 1\n\n'.repeat(50)).length, 10);
  assert.equal(groups('A: 1\n'.repeat(1000))[0]?.['a']?.length, 200);
  const many = Array.from({ length: 1000 }, (_, index) => `A${index}: 1\n`).join('');
  assert.equal(Object.keys(groups(many)[0] ?? {}).length, 200);
});

test('a type in front of a value is told from it', () => {
  assert.deepEqual(splitType('smtp; 550 5.1.1 no; really'), { type: 'smtp', text: '550 5.1.1 no; really' });
  assert.deepEqual(splitType('X-Postfix; unknown user'), { type: 'x-postfix', text: 'unknown user' });
  assert.deepEqual(splitType('550 no'), { type: '', text: '550 no' });
  assert.equal(withoutType('rfc822;a@b.example'), 'a@b.example');
  assert.equal(withoutType(undefined), undefined);
});

test('addresses lose the brackets around them', () => {
  assert.equal(bareAddress('<a@b.example>'), 'a@b.example');
  assert.equal(bareAddress('Name <a@b.example> (x)'), 'a@b.example');
  assert.equal(bareAddress('a@b.example'), 'a@b.example');
  assert.equal(bareAddress('<>'), '');
  assert.equal(bareAddress(undefined), undefined);
});

test('a missing or empty field has no value', () => {
  const [group] = parseFieldGroups('A:\nB: x', 1);
  assert.equal(firstValue(group, 'a'), undefined);
  assert.equal(firstValue(group, 'b'), 'x');
  assert.equal(firstValue(undefined, 'b'), undefined);
});
