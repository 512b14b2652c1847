// The application/json form of POST /v1/messages: from the body's bytes to an envelope, content and record properties.

import * as v from 'valibot';
import { GATEWAY_NAMES } from '../mail/gateway-names.ts';
import { decodeBase64 } from './base64.ts';
import { toErrors, toInvalidMessage } from './invalid-message.ts';
import type { GivenAddress, MessageRequest } from './message-request.ts';
import { parseJsonBody } from './json-body.ts';
import { findUnencodable, toPointer } from './json-values.ts';
import { ENVELOPE_NAMES, messageSchema, REFUSED_NAMES } from './message-schema.ts';
import { failure, type FieldError, type Result } from './problem.ts';
import { parseMail, toMailRequest } from './parse-mail.ts';
import { joinChunks } from './read-body.ts';

type Message = v.InferOutput<typeof messageSchema>;

/** Parses and checks the body; addresses are judged later, for all forms alike. */
export function parseJsonMessage(body: readonly Uint8Array[]): Result<MessageRequest> {
  const parsed = parseJsonBody(joinChunks(body));
  return parsed.ok ? toRequest(parsed.value) : parsed;
}

/** One line of a stream. */
export interface JsonLine {
  readonly message: MessageRequest;
  /** The property `idempotency-key` as it was given, which is no part of the message. */
  readonly key?: unknown;
}

/** Parses and checks one line of NDJSON, which is the same object with a key of its own. */
export function parseJsonLine(line: Uint8Array): Result<JsonLine> {
  const parsed = parseJsonBody(line);
  if (!parsed.ok) return parsed;
  const { 'idempotency-key': key, ...given } = parsed.value;
  const message = toRequest(given);
  return message.ok ? { ok: true, value: { message: message.value, key } } : message;
}

function toRequest(given: { readonly [name: string]: unknown }): Result<MessageRequest> {
  const checked = v.safeParse(messageSchema, given);
  const errors = [
    ...findRefused(given),
    ...(checked.success ? findContradictions(checked.output) : toErrors(checked.issues)),
    ...findUnencodable(given),
  ];
  if (errors.length > 0 || !checked.success) return failure(toInvalidMessage(errors));
  const { message, mime, 'mime-encoding': encoding } = checked.output;
  const mail = message === undefined
    ? undefined
    : parseMail(message, { errors, root: ['message'], attachments: 'attachments' });
  const content = mail === undefined ? toContent(mime ?? '', encoding) : [];
  if (content === undefined) {
    errors.push({ pointer: '/mime', detail: 'is not base64 (RFC 4648 section 4, without line breaks)' });
  }
  if (errors.length > 0 || content === undefined) return failure(toInvalidMessage(errors));
  return {
    ok: true,
    value: {
      ...(mail === undefined ? {} : toMailRequest(mail)),
      ...toAddresses(checked.output),
      content,
      properties: toProperties(given),
    },
  };
}

/**
 * The body of POST /v1/inject: the same object, with exactly one recipient. What only the gateway can say is not refused
 * but passed over (MailerQ's programs send it along), and without an envelope the sender is the null sender.
 */
export function parseInjectMessage(body: readonly Uint8Array[]): Result<MessageRequest> {
  const parsed = parseJsonBody(joinChunks(body));
  if (!parsed.ok) return parsed;
  const names = Object.keys(parsed.value).filter((name) => !GATEWAY_NAMES.has(name));
  const message = Object.fromEntries(names.map((name) => [name, parsed.value[name]]));
  const errors = ['recipients', 'message'].filter((name) => Object.hasOwn(message, name))
    .map((name) => ({ pointer: toPointer([name]), detail: 'goes with /v1/messages only: give recipient and mime' }));
  if (!Object.hasOwn(message, 'recipient')) errors.push({ pointer: '/recipient', detail: 'is missing' });
  return errors.length > 0 ? failure(toInvalidMessage(errors)) : toRequest({ envelope: null, ...message });
}

function findRefused(message: { readonly [name: string]: unknown }): FieldError[] {
  return Object.keys(message)
    .filter((name) => Object.hasOwn(REFUSED_NAMES, name))
    .map((name) => ({ pointer: toPointer([name]), detail: REFUSED_NAMES[name] ?? '' }));
}

function findContradictions(given: Message): FieldError[] {
  const { recipient, recipients, mime, message } = given;
  const errors: FieldError[] = [];
  const contradict = (pointer: string, detail: string) => errors.push({ pointer, detail });
  if (mime === undefined && message === undefined) contradict('/mime', 'is missing: give mime or message');
  if (mime !== undefined && message !== undefined) contradict('/message', 'give either mime or message');
  if (message !== undefined && given['mime-encoding'] !== undefined) {
    contradict('/mime-encoding', 'goes with mime only');
  }
  if (recipient !== undefined && recipients !== undefined) {
    contradict('/recipients', 'give either recipient or recipients');
  } else if (recipients?.length === 0) contradict('/recipients', 'must not be empty');
  return errors;
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

function toContent(mime: string, encoding: 'base64' | undefined): Buffer[] | undefined {
  if (encoding === undefined) return [Buffer.from(mime)];
  const bytes = decodeBase64(mime);
  return bytes === undefined ? undefined : [bytes];
}

/** Everything but the envelope and the content, as it was given. */
function toProperties(message: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !ENVELOPE_NAMES.has(name)));
}
