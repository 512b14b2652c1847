// The record that docs/record.md shows is one, and the page names every property of the schema.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { toPropertyList, toProse } from '../../scripts/docs/schema-list.ts';
import { SAMPLE } from '../../scripts/docs/record-page.ts';
import { ROOT } from '../support/doc-pages.ts';
import { findSchemaFaults } from '../support/validate-record.ts';

const page = readFileSync(join(ROOT, 'docs/record.md'), 'utf8');

test('the sample is a record, with the size and the hash of its content', () => {
  assert.deepEqual(findSchemaFaults(SAMPLE), []);
  assert.equal(SAMPLE.size, Buffer.byteLength(SAMPLE.mime));
  assert.equal(SAMPLE.sha256, createHash('sha256').update(SAMPLE.mime).digest('hex'));
});

test('the page names every property of the schema, at every depth', () => {
  const names = new Set<string>();
  JSON.parse(readFileSync(join(ROOT, 'docs/record.schema.json'), 'utf8'), (key, value) => {
    if (key === 'properties') { for (const name of Object.keys(value)) names.add(name); }
    return value;
  });
  assert.ok(names.size > 90, `${names.size}`);
  assert.deepEqual([...names].filter((name) => !page.includes(`- \`${name}\` (`)), []);
});

test('toPropertyList() puts the parts of objects, elements and forms below them', () => {
  const text = { type: 'string' } as const;
  const list = toPropertyList({
    required: ['a'],
    properties: {
      a: { type: 'object', properties: { b: { ...text, description: 'of <a>' } } },
      c: { type: 'array', items: { anyOf: [{ type: 'object', properties: { d: text }, required: ['d'] }] } },
    },
  }, { required: 'always there' });
  const lines = ['- `a` (object, always there)', '  - `b` (string): of \\<a\\>', '- `c` (array of object)'];
  assert.equal(list, [...lines, '  - with `d`:', '    - `d` (string, always there)', ''].join('\n'));
});

test('toProse() leaves code as it is', () => assert.equal(toProse('a_b `a_b` *'), 'a\\_b `a_b` \\*'));
