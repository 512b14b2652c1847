// The JSON Schemas of the API's description, made of the schemas that the door checks requests with.

import { type JsonSchema, toJsonSchemaDefs } from '@valibot/to-json-schema';
import { messageFormSchema, partsFormSchema } from '../form-schema.ts';
import { addressSchema, attachmentSchema, mailSchema } from '../mail-schema.ts';
import { messageSchema, REFUSED_NAMES } from '../message-schema.ts';
import {
  acceptedSchema,
  injectedSchema,
  liveSchema,
  notReadySchema,
  problemSchema,
  readySchema,
  resultLineSchema,
} from './answer-schemas.ts';

const SCHEMAS = {
  Message: messageSchema,
  Mail: mailSchema,
  Address: addressSchema,
  Attachment: attachmentSchema,
  MessageForm: messageFormSchema,
  PartsForm: partsFormSchema,
  Accepted: acceptedSchema,
  Injected: injectedSchema,
  ResultLine: resultLineSchema,
  Problem: problemSchema,
  Live: liveSchema,
  Ready: readySchema,
  NotReady: notReadySchema,
};

/** Name of a schema in the document. */
export type SchemaName = keyof typeof SCHEMAS | 'MessageLine' | 'InjectMessage';

/** A reference to it. */
export function refTo(name: SchemaName): { readonly $ref: string } {
  return { $ref: `#/components/schemas/${name}` };
}

/** All schemas by name. */
export function toSchemaComponents(): { readonly [name in SchemaName]: JsonSchema } {
  const made = toJsonSchemaDefs(SCHEMAS, {
    target: 'draft-2020-12',
    // What a check says cannot be written down as a schema; the texts say it.
    errorMode: 'ignore',
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
    overrideSchema: ({ valibotSchema }) =>
      valibotSchema.type === 'instance' ? { contentMediaType: 'application/octet-stream' } : undefined,
  });
  const { properties = {} } = made.Message;
  const { recipients: _, message: _message, ...injectable } = properties;
  return {
    ...made,
    // What depends on two properties is no matter of a shape, so the door checks it beside the schema.
    Message: {
      ...made.Message,
      description: 'Names that are not listed are custom properties, which pass into the record as they are.',
      oneOf: [{ required: ['mime'] }, { required: ['message'] }],
      not: { anyOf: [['recipient', 'recipients'], ...Object.keys(REFUSED_NAMES)].map(toRequired) },
    },
    MessageLine: {
      ...made.Message,
      description: 'One line: a message, with a key of its own if it is to be repeated.',
      properties: { ...properties, 'idempotency-key': { type: 'string', minLength: 1, maxLength: 255 } },
      oneOf: [{ required: ['mime'] }, { required: ['message'] }],
    },
    InjectMessage: {
      ...made.Message,
      description:
        "One message in MailerQ's outgoing format; what the gateway states itself is overwritten or dropped.",
      properties: injectable,
      required: ['recipient', 'mime'],
    },
    // A file has a name and a type of its own in the part of the form, the schema has the content only.
    PartsForm: { ...made.PartsForm, properties: { ...made.PartsForm.properties, attachment: FILES } },
  };
}

function toRequired(names: string | string[]): JsonSchema {
  return { required: [names].flat() };
}

const FILES: JsonSchema = {
  type: 'array',
  items: { contentMediaType: 'application/octet-stream' },
  description: 'Files, each with a filename',
};
