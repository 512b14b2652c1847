// The shape of the multipart/form-data body of POST /v1/messages: a ready message as a file, or its parts as fields and files.

import * as v from 'valibot';
import { MAX_ATTACHMENTS } from './mail-schema.ts';

const text = v.string('must be a text field');
const texts = v.array(text);
const once = v.optional(text);
const repeatable = v.optional(texts);

/** The content of a file, as it was sent. */
const bytes = v.pipe(v.instance(Uint8Array, 'must be a file'), v.description('The bytes of the file'));

const attachment = v.strictObject({
  filename: v.string('must have a filename'),
  contentType: text,
  content: bytes,
});

const envelope = {
  envelope: v.optional(v.pipe(text, v.description('The sender; empty is the null sender'))),
  recipient: repeatable,
};

/** The message in parts. Names that are not listed are refused: a misspelt one would be missing from the message. */
export const partsFormSchema = v.strictObject({
  from: text,
  to: repeatable,
  cc: repeatable,
  bcc: repeatable,
  subject: once,
  text: once,
  html: once,
  attachment: v.optional(
    v.pipe(v.array(attachment), v.maxLength(MAX_ATTACHMENTS, `must be at most ${MAX_ATTACHMENTS}`)),
  ),
  ...envelope,
});

/** The ready message. */
export const messageFormSchema = v.strictObject({
  message: v.pipe(bytes, v.check(({ length }) => length > 0, 'must not be empty')),
  ...envelope,
});

/** Fields that may be given more than once. */
export const REPEATABLE: ReadonlySet<string> = new Set(['to', 'cc', 'bcc', 'recipient', 'attachment']);

/** Fields that are not text. */
export const FILES: ReadonlySet<string> = new Set(['attachment', 'message']);
