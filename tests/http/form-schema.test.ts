// The two shapes of a form: what each needs, and which fields there are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as v from 'valibot';
import { FILES, messageFormSchema, partsFormSchema, REPEATABLE } from '../../src/http/form-schema.ts';

const content = new Uint8Array([1]);
const file = { filename: 'f', contentType: 'a/b', content };

const table: readonly { name: string; schema: v.GenericSchema; given: object; isValid: boolean }[] = [
  { name: 'a sender alone', schema: partsFormSchema, given: { from: 'a' }, isValid: true },
  { name: 'no sender', schema: partsFormSchema, given: { to: ['a'] }, isValid: false },
  { name: 'files', schema: partsFormSchema, given: { from: 'a', attachment: [file] }, isValid: true },
  {
    name: 'a file without a name',
    schema: partsFormSchema,
    given: { from: 'a', attachment: [{ ...file, filename: undefined }] },
    isValid: false,
  },
  { name: 'a misspelt field', schema: partsFormSchema, given: { from: 'a', tx: 'b' }, isValid: false },
  { name: 'a message', schema: messageFormSchema, given: { message: content }, isValid: true },
  { name: 'an empty message', schema: messageFormSchema, given: { message: new Uint8Array() }, isValid: false },
  { name: 'a message with parts', schema: messageFormSchema, given: { message: content, from: 'a' }, isValid: false },
];

for (const { name, schema, given, isValid } of table) {
  test(`A form with ${name} is ${isValid ? 'valid' : 'not valid'}`, () => {
    assert.equal(v.safeParse(schema, given).success, isValid);
  });
}

test('Every field that may be repeated or is a file is a field of one of the forms', () => {
  const known = { ...partsFormSchema.entries, ...messageFormSchema.entries };
  for (const name of [...REPEATABLE, ...FILES]) assert.ok(Object.hasOwn(known, name), name);
});
