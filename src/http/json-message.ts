// The application/json form of POST /v1/messages: from the body's bytes to an envelope, content and record properties.

import * as v from 'valibot';
import type { GivenAddress, MessageRequest } from './message-request.ts';
import { parseJsonBody } from './json-body.ts';
import { findUnencodable, MAX_ERRORS, toPointer } from './json-values.ts';
import { ENVELOPE_NAMES, messageSchema, REFUSED_NAMES } from './message-schema.ts';
import { failure, type FieldError, type Problem, type Result } from './problem.ts';

type Message = v.InferOutput<typeof messageSchema>;

/** Parses and checks the body; addresses are judged later, for all forms alike. */
export function parseJsonMessage(body: readonly Uint8Array[]): Result<MessageRequest> {
  const parsed = parseJsonBody(body.length === 1 && body[0] !== undefined ? body[0] : Buffer.concat(body));
  if (!parsed.ok) return parsed;
  const checked = v.safeParse(messageSchema, parsed.value);
  const errors = [
    ...findRefused(parsed.value),
    ...(checked.success ? findContradictions(checked.output) : toErrors(checked.issues)),
    ...findUnencodable(parsed.value),
  ];
  if (errors.length > 0 || !checked.success) return failure(invalid(errors));
  const content = toContent(checked.output);
  if (content === undefined) {
    return failure(invalid([{ pointer: '/mime', detail: 'is not base64 (RFC 4648 section 4, without line breaks)' }]));
  }
  return {
    ok: true,
    value: { ...toAddresses(checked.output), content: [content], properties: toProperties(parsed.value) },
  };
}

function invalid(errors: readonly FieldError[]): Problem {
  return {
    code: 'invalid-message',
    detail: 'Properties of the message are missing or wrong.',
    errors: errors.slice(0, MAX_ERRORS),
  };
}

function toErrors(issues: readonly v.BaseIssue<unknown>[]): FieldError[] {
  return issues.slice(0, MAX_ERRORS).map((issue) => {
    const path = (issue.path ?? []).map(({ key }) => typeof key === 'number' ? key : String(key));
    // valibot reports an absent name as a key issue with a text of its own, which says nothing secret but little.
    const missing = issue.kind === 'schema' && issue.type === 'loose_object' && issue.received === 'undefined';
    return { pointer: toPointer(path), detail: missing ? 'is missing' : issue.message };
  });
}

function findRefused(message: { readonly [name: string]: unknown }): FieldError[] {
  return Object.entries(REFUSED_NAMES)
    .filter(([name]) => Object.hasOwn(message, name))
    .map(([name, detail]) => ({ pointer: toPointer([name]), detail }));
}

function findContradictions({ recipient, recipients }: Message): FieldError[] {
  if (recipient !== undefined && recipients !== undefined) {
    return [{ pointer: '/recipients', detail: 'give either recipient or recipients' }];
  }
  return recipients?.length === 0 ? [{ pointer: '/recipients', detail: 'must not be empty' }] : [];
}

/** A property that is left out comes from the header section; `""` and null are the null sender. */
function toAddresses({ envelope, recipient, recipients }: Message): Pick<MessageRequest, 'sender' | 'recipients'> {
  const sender: GivenAddress = { text: envelope ?? '', place: { pointer: '/envelope' } };
  const given = recipient !== undefined
    ? [{ text: recipient, place: { pointer: '/recipient' } }]
    : recipients?.map((text, index) => ({ text, place: { pointer: `/recipients/${index}` } }));
  return {
    ...(envelope === undefined ? {} : { sender }),
    ...(given === undefined ? {} : { recipients: given }),
  };
}

function toContent({ mime, 'mime-encoding': encoding }: Message): Buffer | undefined {
  return encoding === 'base64' ? decodeBase64(mime) : Buffer.from(mime);
}

/** Node's decoder skips what it does not know; here anything but canonical base64 is a fault. */
function decodeBase64(text: string): Buffer | undefined {
  const digits = text.replace(/={1,2}$/, '');
  if (text.length % 4 !== 0 || /[^A-Za-z0-9+/]/.test(digits)) return undefined;
  const bytes = Buffer.from(text, 'base64');
  const tail = bytes.subarray(Math.floor((bytes.length - 1) / 3) * 3);
  return tail.toString('base64') === text.slice(-4) ? bytes : undefined;
}

/** Everything but the envelope and the content, as it was given. */
function toProperties(message: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !ENVELOPE_NAMES.has(name)));
}
