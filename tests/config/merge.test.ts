// Sources on top of each other: which value counts, and what is said about the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toFaultLine } from '../../src/config/fault.ts';
import { type Findings, mergeSources } from '../../src/config/merge.ts';
import type { Entry } from '../../src/config/entry.ts';

/** A source from `key: value` texts; its places are `name:1` and so on. */
function source(name: string, ...lines: readonly string[]): readonly Entry[] {
  return lines.map((line, index) => {
    const [key = '', value = ''] = line.split(': ');
    const origin = `${name}:${index + 1}`;
    return { name: key, value, origin, where: `${origin}: ${key}` };
  });
}

/** Merged values by main name, and findings as lines. */
function merge(...sources: readonly (readonly Entry[])[]) {
  const findings: Findings = { faults: [], warnings: [] };
  const settings = mergeSources(sources, findings, { options: ['count'] });
  const values = Object.fromEntries([...settings].map(([name, { parsed }]) => [name, parsed?.value]));
  return { values, faults: findings.faults.map(toFaultLine), warnings: findings.warnings.map(toFaultLine) };
}

test('mergeSources() lets the later source win, silently', () => {
  assert.deepEqual(merge(source('a', 'server-id: 1', 'smtp-timeout: 5'), source('b', 'server-id: 2')), {
    values: { 'server-id': 2, 'smtp-timeout': 5 },
    faults: [],
    warnings: [],
  });
});

test('mergeSources() lets the later of two equal keys in one source win, with a warning', () => {
  assert.deepEqual(merge(source('a', 'server-id: 1', 'smtp-timeout: 5', 'server-id: 2')), {
    values: { 'server-id': 2, 'smtp-timeout': 5 },
    faults: [],
    warnings: ['a:3: server-id: given again: this one counts, not a:1'],
  });
});

for (
  const lines of [['smtp-connections: 1', 'smtp-connections-in: 2'], ['smtp-connections-in: 2', 'smtp-connections: 1']]
) {
  test(`mergeSources() prefers the main name to its alias: ${lines.join(', ')}`, () => {
    const alias = lines.findIndex((line) => line.includes('-in')) + 1;
    assert.deepEqual(merge(source('a', ...lines)), {
      values: { 'smtp-connections': 1 },
      faults: [],
      warnings: [
        `a:${alias}: smtp-connections-in: has no effect: smtp-connections (a:${3 - alias}) is the same setting`,
      ],
    });
  });
}

test('mergeSources() prefers the later of two aliases', () => {
  const { values, warnings } = merge(source('a', 'max-connections: 1', 'smtp-connections-in: 2'));
  assert.deepEqual(values, { 'smtp-connections': 2 });
  assert.deepEqual(warnings, ['a:1: max-connections: has no effect: smtp-connections-in (a:2) is the same setting']);
});

test('mergeSources() lets an alias in a later source win over the main name in an earlier one', () => {
  const merged = merge(source('a', 'smtp-connections: 1'), source('b', 'smtp-connections-in: 2'));
  assert.deepEqual(merged, { values: { 'smtp-connections': 2 }, faults: [], warnings: [] });
});

test('mergeSources() reports faulty values also where a later source replaces them', () => {
  const { values, faults } = merge(source('a', 'server-id: x', 'server-id: y'), source('b', 'server-id: 2'));
  assert.deepEqual(values, { 'server-id': 2 });
  assert.deepEqual(faults, [
    'a:1: server-id: "x" is not such a number, expected a whole number from 0 to 1023',
    'a:2: server-id: "y" is not such a number, expected a whole number from 0 to 1023',
  ]);
});

test('mergeSources() names the nearest known name, options of the command included', () => {
  assert.deepEqual(merge(source('a', 'smtp-prot: 25', 'coutn: 1', 'config-file: x')).faults, [
    'a:1: smtp-prot: unknown key, the nearest known one is smtp-port',
    'a:2: coutn: unknown key, the nearest known one is count',
    'a:3: config-file: is no key: name the file on the command line, --config-file PATH',
  ]);
});

test('mergeSources() joins the values of a repeatable key in one source, in their order', () => {
  const lines = ['smtp-auth: file:///a file:///b', 'server-id: 1', 'smtp-auth: ldap://h/dc=x', 'smtp-auth: '];
  const merged = merge(source('a', ...lines));
  const urls = ['file:///a', 'file:///b', 'ldap://h/dc=x'];
  assert.deepEqual(merged, { values: { 'smtp-auth': urls, 'server-id': 1 }, faults: [], warnings: [] });
});

test('mergeSources() lets a later source replace all values of a repeatable key', () => {
  const merged = merge(source('a', 'smtp-auth: x', 'smtp-auth: y'), source('b', 'smtp-auth: z'));
  assert.deepEqual(merged, { values: { 'smtp-auth': ['z'] }, faults: [], warnings: [] });
});

test('mergeSources() tells a faulty part of a repeatable key once, and remembers where each part stands', () => {
  assert.deepEqual(merge(source('a', 'smtp-auth: x', 'smtp-auth: y\nz', 'smtp-auth: u')).faults, [
    'a:2: smtp-auth: has a control character, expected URLs with blanks between them; ' +
    'docs/authentication.md has their forms',
  ]);
  const findings: Findings = { faults: [], warnings: [] };
  const setting = mergeSources([source('a', 'smtp-auth: x', 'smtp-auth: y')], findings).get('smtp-auth');
  assert.equal(setting?.entry.origin, 'a:1 and a:2');
  assert.deepEqual(setting?.parts.map(({ value, where }) => [value, where]), [
    ['x', 'a:1: smtp-auth'],
    ['y', 'a:2: smtp-auth'],
  ]);
});

test('mergeSources() refuses control characters in a value', () => {
  assert.deepEqual(merge(source('a', 'queue-path: x\ny')).faults, [
    'a:1: queue-path: has a control character, expected a path',
  ]);
});
