// Checks a message in parts and makes of it what the composer takes, with the envelope that follows from it.

import { decodeBase64 } from './base64.ts';
import { toPointer } from './json-values.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';
import { findContentIdFault, findFieldFault, findLineFault, findMediaTypeFault } from './mail-line.ts';
import type { GivenMail } from './mail-schema.ts';
import type { GivenAddress } from './message-request.ts';
import type { FieldError } from './problem.ts';
import type { MailAttachment, StructuredMail } from './structured-mail.ts';

/** What `message` says. */
export interface ParsedMail {
  readonly mail: StructuredMail;
  /** message.from, the first one. */
  readonly sender: GivenAddress | undefined;
  /** message.to, cc and bcc. */
  readonly recipients: readonly GivenAddress[];
  /** Addresses in the header section, which have to be valid whatever the envelope says. */
  readonly named: readonly GivenAddress[];
}

/** All header fields together, in characters; as much as is read of a header section that stands in for an envelope. */
export const MAX_HEADER_TEXT = 512 * 1024;

const ROOT = 'message';

/** Checks what a schema cannot; faults are added to `errors`, and then the result is not to be used. */
export function parseMail(given: GivenMail, errors: FieldError[]): ParsedMail {
  const from = readAddresses(given.from, { path: [ROOT, 'from'], errors });
  const to = readAddresses(given.to, { path: [ROOT, 'to'], errors });
  const cc = readAddresses(given.cc, { path: [ROOT, 'cc'], errors });
  const bcc = readAddresses(given.bcc, { path: [ROOT, 'bcc'], errors });
  const subject = given.subject ?? '';
  if (from.length === 0 && errors.length === 0) errors.push({ pointer: '/message/from', detail: 'must not be empty' });
  errors.push(...toFaults([ROOT, 'subject'], findLineFault(subject)));
  const headers = readHeaders(given.headers ?? {}, errors);
  const attachments = readAttachments(given.attachments ?? [], errors);
  if (sizeOf([...from, ...to, ...cc], headers) + subject.length > MAX_HEADER_TEXT) {
    errors.push({ pointer: '/message', detail: `has more than ${MAX_HEADER_TEXT} characters of header fields` });
  }
  const { text, html } = given;
  const optional = { ...(text === undefined ? {} : { text }), ...(html === undefined ? {} : { html }) };
  return {
    mail: {
      from: from.map(toMailbox),
      to: to.map(toMailbox),
      cc: cc.map(toMailbox),
      ...(given.subject === undefined ? {} : { subject }),
      ...optional,
      headers,
      attachments,
    },
    sender: from[0]?.given,
    recipients: [...to, ...cc, ...bcc].map((each) => each.given),
    named: [...from, ...to, ...cc].map((each) => each.given),
  };
}

/** An address with the place where it stands. */
interface PlacedMailbox extends Mailbox {
  readonly given: GivenAddress;
}

function toMailbox({ address, name }: PlacedMailbox): Mailbox {
  return { address, name };
}

type GivenAddresses = GivenMail['from'] | undefined;
type Path = readonly (string | number)[];

function toFaults(path: Path, detail: string | undefined): FieldError[] {
  return detail === undefined ? [] : [{ pointer: toPointer(path), detail }];
}

interface Reading {
  readonly path: Path;
  readonly errors: FieldError[];
}

function readAddresses(given: GivenAddresses, { path, errors }: Reading): PlacedMailbox[] {
  if (given === undefined) return [];
  if (!Array.isArray(given)) return readAddress(given, { path, errors });
  return given.flatMap((each, index) => readAddress(each, { path: [...path, index], errors }));
}

function readAddress(
  given: string | { readonly name?: string | undefined; readonly address: string },
  { path, errors }: Reading,
): PlacedMailbox[] {
  const isText = typeof given === 'string';
  const mailbox = isText ? parseMailbox(given) : { address: given.address, name: given.name ?? '' };
  if (mailbox === undefined) {
    const detail = 'must be one address, as "a@b.c" or "Name <a@b.c>"; several stand in an array';
    errors.push(...toFaults(path, detail));
    return [];
  }
  const { address, name } = mailbox;
  // The null sender has no place in a header section.
  if (address === '' || address === '<>') errors.push(...toFaults(path, 'must be an address'));
  errors.push(...toFaults(isText ? path : [...path, 'address'], findLineFault(address)));
  errors.push(...toFaults(isText ? path : [...path, 'name'], findLineFault(name)));
  return [{ address, name, given: { text: address, place: { pointer: toPointer(path) } } }];
}

function readHeaders(
  given: { readonly [name: string]: string | readonly string[] },
  errors: FieldError[],
): StructuredMail['headers'] {
  const counts = new Map<string, number>();
  return Object.entries(given).flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    const count = (counts.get(name.toLowerCase()) ?? 0) + values.length;
    counts.set(name.toLowerCase(), count);
    errors.push(...toFaults([ROOT, 'headers', name], findFieldFault(name, { count })));
    return values.map((each, index) => {
      const path = typeof value === 'string' ? [name] : [name, index];
      errors.push(...toFaults([ROOT, 'headers', ...path], findLineFault(each)));
      return { key: name, value: each };
    });
  });
}

function readAttachments(
  given: NonNullable<GivenMail['attachments']>,
  errors: FieldError[],
): MailAttachment[] {
  return given.flatMap(({ filename, contentType, content, contentId, inline }, index) => {
    const path = [ROOT, 'attachments', index];
    errors.push(...toFaults([...path, 'filename'], filename === '' ? 'must not be empty' : findLineFault(filename)));
    errors.push(...toFaults([...path, 'contentType'], findMediaTypeFault(contentType)));
    if (contentId !== undefined) errors.push(...toFaults([...path, 'contentId'], findContentIdFault(contentId)));
    const bytes = decodeBase64(content);
    if (bytes === undefined) {
      errors.push(...toFaults([...path, 'content'], 'is not base64 (RFC 4648 section 4, without line breaks)'));
      return [];
    }
    const id = contentId === undefined ? {} : { contentId };
    return [{ filename, contentType, content: bytes, ...id, inline: inline ?? contentId !== undefined }];
  });
}

function sizeOf(mailboxes: readonly Mailbox[], headers: StructuredMail['headers']): number {
  return mailboxes.reduce((sum, { address, name }) => sum + address.length + name.length, 0) +
    headers.reduce((sum, { key, value }) => sum + key.length + value.length, 0);
}
