// Rows of the table: defaults are read by the key's own type.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ports } from '../../src/config/endpoints.ts';
import { key, optionalKey } from '../../src/config/key.ts';
import { count, size } from '../../src/config/numbers.ts';

test('key() reads its default with its own type', () => {
  const row = key({ type: size(), default: '100MB', doc: 'A size.' });
  assert.equal(row.initial, 104857600);
  assert.equal(row.initialText, '100MB');
  assert.deepEqual([row.aliases, row.fallback, row.mailerq], [[], [], undefined]);
  assert.deepEqual([row.mask, row.repeatable], [undefined, false]);
});

test('key() takes an empty default for what empty means to its type', () => {
  assert.deepEqual(key({ type: ports(), default: '', doc: 'Ports.' }).initial, []);
});

test('key() does not take a default that its type refuses', () => {
  assert.throws(() => key({ type: count({ min: 1 }), default: '0', doc: 'A count.' }), /Cannot use default: "0"/);
  assert.throws(() => key({ type: size(), default: '', doc: 'A size.' }), /Cannot use default/);
});

test('optionalKey() is undefined while it is not set', () => {
  const row = optionalKey({ type: size(), without: 'no limit', doc: 'A limit.', repeatable: true, aliases: ['limit'] });
  assert.deepEqual([row.initial, row.initialText, row.without], [undefined, '', 'no limit']);
  assert.deepEqual([row.repeatable, row.aliases], [true, ['limit']]);
});
