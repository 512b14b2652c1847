// Checks a message in parts and makes of it what the composer takes, with the envelope that follows from it.

import { decodeBase64 } from './base64.ts';
import { toPointer } from './json-values.ts';
import { type Mailbox, parseMailbox } from './mailbox.ts';
import { findContentIdFault, findFieldFault, findLineFault, findMediaTypeFault } from './mail-line.ts';
import type { GivenMail } from './mail-schema.ts';
import type { GivenAddress, MessageRequest } from './message-request.ts';
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

/** A message in parts as JSON has it, or a form, whose files are bytes already. */
export type MailParts = Omit<GivenMail, 'attachments'> & {
  readonly attachments?: readonly GivenAttachment[] | undefined;
};

type GivenAttachment =
  & Omit<NonNullable<GivenMail['attachments']>[number], 'content'>
  & { readonly content: string | Uint8Array };

/** Where the message stands in the request, for the errors about it. */
export interface MailPlaces {
  /** Faults are added here, and then the result of the parse is not to be used. */
  readonly errors: FieldError[];
  readonly root: Path;
  /** The name of the attachments below the root. */
  readonly attachments: string;
}

/** Checks what a schema cannot. */
export function parseMail(given: MailParts, { errors, root, attachments: files }: MailPlaces): ParsedMail {
  const from = readAddresses(given.from, { path: [...root, 'from'], errors });
  const to = readAddresses(given.to, { path: [...root, 'to'], errors });
  const cc = readAddresses(given.cc, { path: [...root, 'cc'], errors });
  const bcc = readAddresses(given.bcc, { path: [...root, 'bcc'], errors });
  const subject = given.subject ?? '';
  if (from.length === 0 && errors.length === 0) errors.push(...toFaults([...root, 'from'], 'must not be empty'));
  errors.push(...toFaults([...root, 'subject'], findLineFault(subject)));
  const headers = readHeaders(given.headers ?? {}, { path: [...root, 'headers'], errors });
  const attachments = readAttachments(given.attachments ?? [], { path: [...root, files], errors });
  if (sizeOf([...from, ...to, ...cc], headers) + subject.length > MAX_HEADER_TEXT) {
    errors.push({ pointer: toPointer(root), detail: `has more than ${MAX_HEADER_TEXT} characters of header fields` });
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

/** The envelope of a message in parts follows from its parts, unless the request names another. */
export function toMailRequest({ mail, sender, recipients, named }: ParsedMail): Omit<MessageRequest, 'content'> {
  return { mail, named, recipients, ...(sender === undefined ? {} : { sender }) };
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
    const detail = 'must be one address, as "a@b.c" or "Name <a@b.c>"; several are given one by one';
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
  { path, errors }: Reading,
): StructuredMail['headers'] {
  const counts = new Map<string, number>();
  return Object.entries(given).flatMap(([name, value]) => {
    const values = typeof value === 'string' ? [value] : value;
    const count = (counts.get(name.toLowerCase()) ?? 0) + values.length;
    counts.set(name.toLowerCase(), count);
    errors.push(...toFaults([...path, name], findFieldFault(name, { count })));
    return values.map((each, index) => {
      const place = typeof value === 'string' ? [name] : [name, index];
      errors.push(...toFaults([...path, ...place], findLineFault(each)));
      return { key: name, value: each };
    });
  });
}

function readAttachments(
  given: readonly GivenAttachment[],
  { path: parent, errors }: Reading,
): MailAttachment[] {
  return given.flatMap(({ filename, contentType, content, contentId, inline }, index) => {
    const path = [...parent, index];
    errors.push(...toFaults([...path, 'filename'], filename === '' ? 'must not be empty' : findLineFault(filename)));
    errors.push(...toFaults([...path, 'contentType'], findMediaTypeFault(contentType)));
    if (contentId !== undefined) errors.push(...toFaults([...path, 'contentId'], findContentIdFault(contentId)));
    const bytes = typeof content === 'string' ? decodeBase64(content) : content;
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
