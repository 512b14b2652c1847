// The multipart/form-data form of POST /v1/messages: from the parts of a form to an envelope and a message.

import * as v from 'valibot';
import { boundaryOf, type FormPart, splitForm } from './form-parts.ts';
import { FILES, messageFormSchema, partsFormSchema, REPEATABLE } from './form-schema.ts';
import { toErrors, toInvalidMessage } from './invalid-message.ts';
import { toPointer } from './json-values.ts';
import type { MessageRequest } from './message-request.ts';
import { parseMail, toMailRequest } from './parse-mail.ts';
import { failure, type FieldError, type Problem, type Result } from './problem.ts';
import type { EnvelopeSource } from './raw-message.ts';
import { joinChunks } from './read-body.ts';

/** Parses and checks the body; addresses are judged later, for all forms alike. */
export function parseFormMessage(body: readonly Uint8Array[], source: EnvelopeSource): Result<MessageRequest> {
  const boundary = boundaryOf(source.header('Content-Type') ?? '');
  if (boundary === undefined) return failure(NO_BOUNDARY);
  const parts = splitForm(joinChunks(body), boundary);
  if (!parts.ok) return parts;
  const form = toForm(parts.value);
  if (!form.ok) return form;
  return 'message' in form.value ? toReadyRequest(form.value) : toComposedRequest(form.value);
}

interface Form {
  readonly [name: string]: unknown;
}

/** The fields by name: arrays where they may be repeated. Prototype names are names like any other. */
function toForm(parts: readonly FormPart[]): Result<Form> {
  const form: { [name: string]: unknown } = Object.create(null);
  for (const part of parts) {
    const { name } = part;
    const value = toValue(part);
    if (!value.ok) return value;
    const before = form[name];
    if (!REPEATABLE.has(name)) {
      if (before !== undefined) return failure(toDuplicate(name));
      form[name] = value.value;
    } else if (Array.isArray(before)) before.push(value.value);
    else form[name] = [value.value];
  }
  return { ok: true, value: form };
}

function toValue({ name, filename, contentType, content }: FormPart): Result<unknown> {
  if (name === 'message') return { ok: true, value: content };
  if (FILES.has(name)) {
    return { ok: true, value: { filename, contentType: contentType ?? 'application/octet-stream', content } };
  }
  const text = isUtf8(contentType) ? decodeUtf8(content) : undefined;
  if (text !== undefined) return { ok: true, value: text };
  const pointer = toPointer([name]);
  return failure({
    code: 'malformed-utf8',
    detail: 'A field is not UTF-8.',
    errors: [{ pointer, detail: 'not UTF-8' }],
  });
}

function isUtf8(contentType = ''): boolean {
  const [, charset = 'utf-8'] = /;[ \t]*charset="?([^\s;"]*)/i.exec(contentType) ?? [];
  return /^(?:utf-8|us-ascii)$/i.test(charset);
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

function toReadyRequest(form: Form): Result<MessageRequest> {
  const unknown = findUnknown(form, messageFormSchema.entries);
  if (unknown.length > 0) return failure(toInvalidMessage(unknown));
  const checked = v.safeParse(messageFormSchema, { ...form });
  if (!checked.success) return failure(toInvalidMessage(toErrors(checked.issues)));
  return { ok: true, value: { ...toEnvelope(checked.output), content: [checked.output.message] } };
}

/** Every field that nobody would read; the schema names the first of them only. */
function findUnknown(form: Form, known: object): FieldError[] {
  return Object.keys(form).filter((name) => !Object.hasOwn(known, name)).map((name) => {
    const isPart = Object.hasOwn(partsFormSchema.entries, name);
    const detail = isPart ? 'goes without message only: give envelope and recipient' : 'is not known here';
    return { pointer: toPointer([name]), detail };
  });
}

function toComposedRequest(form: Form): Result<MessageRequest> {
  const unknown = findUnknown(form, partsFormSchema.entries);
  if (unknown.length > 0) return failure(toInvalidMessage(unknown));
  const checked = v.safeParse(partsFormSchema, { ...form });
  if (!checked.success) return failure(toInvalidMessage(toErrors(checked.issues)));
  const { attachment: attachments = [], envelope: _, recipient: _recipient, ...parts } = checked.output;
  const errors: FieldError[] = [];
  const mail = parseMail({ ...parts, attachments }, { errors, root: [], attachments: 'attachment' });
  if (errors.length > 0) return failure(toInvalidMessage(errors));
  return { ok: true, value: { ...toMailRequest(mail), ...toEnvelope(checked.output), content: [] } };
}

function toEnvelope(
  { envelope, recipient }: { readonly envelope?: string | undefined; readonly recipient?: string[] | undefined },
): Pick<MessageRequest, 'sender' | 'recipients'> {
  const recipients = recipient?.map((text, index) => ({ text, place: { pointer: `/recipient/${index}` } }));
  return {
    ...(envelope === undefined ? {} : { sender: { text: envelope, place: { pointer: '/envelope' } } }),
    ...(recipients === undefined ? {} : { recipients }),
  };
}

function toDuplicate(name: string): Problem {
  return {
    code: 'duplicate-property',
    detail: 'The form has a field twice that can be given once only.',
    errors: [{ pointer: toPointer([name]), detail: 'is given twice' }],
  };
}

const NO_BOUNDARY: Problem = { code: 'malformed-form', detail: 'Content-Type has no valid boundary.' };
