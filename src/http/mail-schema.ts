// The shape of `message` in POST /v1/messages: a message in parts, which the gateway composes.

import * as v from 'valibot';

const TEXT = 'must be a string';
const ADDRESS = 'must be "a@b.c", "Name <a@b.c>" or {"name", "address"}';
const OBJECT = 'must be an object';
/** Far more than a person writes into one message; each costs the composer a turn of the event loop. */
export const MAX_ATTACHMENTS = 1000;

const text = v.string(TEXT);
/** One address. */
export const addressSchema = v.union([text, v.strictObject({ name: v.optional(text), address: text })], ADDRESS);
const addresses = v.union([addressSchema, v.array(addressSchema)], `${ADDRESS}, or an array of these`);

/** One file of a message. */
export const attachmentSchema = v.strictObject({
  filename: text,
  contentType: text,
  content: v.pipe(text, v.description('base64 (RFC 4648 section 4) without line breaks')),
  contentId: v.optional(v.pipe(text, v.description('What cid: URLs of the html name, without angle brackets'))),
  inline: v.optional(v.boolean('must be true or false')),
}, OBJECT);

/** The message in parts. Names that are not listed are refused: a misspelt one would be missing from the message. */
export const mailSchema = v.strictObject({
  from: addresses,
  to: v.optional(addresses),
  cc: v.optional(addresses),
  bcc: v.optional(v.pipe(addresses, v.description('Recipients that the message does not name'))),
  subject: v.optional(text),
  text: v.optional(text),
  html: v.optional(text),
  headers: v.optional(
    v.record(text, v.union([text, v.array(text)], 'must be a string or an array of strings'), OBJECT),
  ),
  attachments: v.optional(v.pipe(
    v.array(attachmentSchema, 'must be an array of attachments'),
    v.maxLength(MAX_ATTACHMENTS, `must be at most ${MAX_ATTACHMENTS}`),
  )),
}, OBJECT);

/** `message` as it was given. */
export type GivenMail = v.InferOutput<typeof mailSchema>;
