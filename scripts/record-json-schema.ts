// Makes the text of docs/record.schema.json from the schema in the source.

import { toJsonSchema } from '@valibot/to-json-schema';
import { ORIGIN_NAMES, recordSchema } from '../src/queue/record-schema.ts';

/** The JSON Schema of a published record, as the file's text. */
export function toRecordJsonSchema(): string {
  const schema = toJsonSchema(recordSchema, { target: 'draft-2020-12' });
  // The source's schema language has no word for "exactly one of these properties".
  const oneOf = ORIGIN_NAMES.map((name) => ({ required: [name] }));
  return `${JSON.stringify({ ...schema, oneOf }, null, 2)}\n`;
}
