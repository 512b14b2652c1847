// Schemas in a few words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSchemaTable, toType } from '../../../src/http/api/schema-table.ts';
import { toSchemaComponents } from '../../../src/http/api/schema-components.ts';

const types = [
  [{ type: 'string' }, 'string'],
  [{ $ref: '#/components/schemas/Mail' }, '<a href="#schema-Mail">Mail</a>'],
  [{ type: 'array', items: { type: 'string' } }, 'array of string'],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 'string or null'],
  [{ allOf: [{ $ref: '#/components/schemas/Problem' }, {}] }, '<a href="#schema-Problem">Problem</a>'],
  [{ const: 'base64' }, '<code>&#34;base64&#34;</code>'],
  [{ enum: ['0', '1'] }, '<code>0</code>, <code>1</code>'],
  [{ contentMediaType: 'message/rfc822' }, 'bytes (message/rfc822)'],
  [{}, 'any value'],
  [true, 'any value'],
] as const;
for (const [schema, expected] of types) {
  test(`toType() calls ${JSON.stringify(schema)} ${expected}`, () => {
    assert.equal(toType(schema as Parameters<typeof toType>[0]).text, expected);
  });
}

test('toSchemaTable() has a line for every property, and marks those that are needed', () => {
  const { text } = toSchemaTable(toSchemaComponents().Attachment);
  for (const name of ['filename', 'contentType', 'content', 'contentId', 'inline']) {
    assert.match(text, new RegExp(name));
  }
  assert.equal(text.match(/required/g)?.length, 3);
  assert.match(toSchemaTable({ anyOf: [{ type: 'string' }, { type: 'null' }] }).text, /^<p>string or null<\/p>$/);
});
