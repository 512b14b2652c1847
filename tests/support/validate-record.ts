// Checks published records against the JSON Schema that users get: docs/record.schema.json itself.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** A published record as JSON. */
export type PublishedRecord = { readonly [name: string]: unknown };

const path = new URL('../../docs/record.schema.json', import.meta.url);
const validate = new Ajv2020({
  strict: true,
  strictRequired: false,
  allErrors: true,
  formats: { 'date-time': isDateTime },
})
  .compile(JSON.parse(readFileSync(path, 'utf8')));

/** RFC 3339 section 5.6. */
function isDateTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text));
}

/** Says where a record departs from the schema; empty when it does not. */
export function findSchemaFaults(record: unknown): string[] {
  if (validate(record)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

/** Throws when the record is not what the schema promises; gives it back typed otherwise. */
export function assertRecord(record: unknown): PublishedRecord {
  assert.deepEqual(findSchemaFaults(record), []);
  return record as PublishedRecord;
}
