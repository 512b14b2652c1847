// Reads sender and recipients out of a message's header section, for requests that give no envelope.

import addressparser from 'nodemailer/lib/addressparser';
import { type HeaderField, headerFields, splitHeaderSection, unfoldedValue } from '../mail/header-section.ts';
import type { GivenAddress } from './message-request.ts';

/** What the header section says about the envelope. */
export interface HeaderAddresses {
  /** First of From, then first of Sender: the first that is valid counts. */
  readonly senders: readonly GivenAddress[];
  /** To, Cc and Bcc in order of appearance. */
  readonly recipients: readonly GivenAddress[];
  /** The content without its Bcc fields. */
  withoutBcc(): readonly Uint8Array[];
}

/** Address fields longer than this together are not parsed, in bytes; enough for 1,000 of the longest addresses. */
export const MAX_ADDRESS_FIELDS = 512 * 1024;

const RECIPIENT_FIELDS: ReadonlyMap<string, string> = new Map([['to', 'To'], ['cc', 'Cc'], ['bcc', 'Bcc']]);
const SENDER_FIELDS: ReadonlyMap<string, string> = new Map([['from', 'From'], ['sender', 'Sender']]);

/** Scans the header section; undefined when its address fields are too long to parse. */
export function readHeaderAddresses(content: readonly Uint8Array[]): HeaderAddresses | undefined {
  const { header, body } = splitHeaderSection(content);
  const fields = [...headerFields(header)].filter(({ name }) => RECIPIENT_FIELDS.has(name) || SENDER_FIELDS.has(name));
  if (fields.reduce((sum, { start, end }) => sum + end - start, 0) > MAX_ADDRESS_FIELDS) return undefined;
  const firstOf = (name: string) =>
    fields.filter((field) => field.name === name)
      .flatMap((field) => parseField(header, field, SENDER_FIELDS)).slice(0, 1);
  return {
    senders: [...firstOf('from'), ...firstOf('sender')],
    recipients: fields.flatMap((field) => parseField(header, field, RECIPIENT_FIELDS)),
    withoutBcc: () => [cut(header, fields.filter(({ name }) => name === 'bcc')), ...body],
  };
}

function parseField(header: Buffer, field: HeaderField, names: ReadonlyMap<string, string>): GivenAddress[] {
  const name = names.get(field.name);
  if (name === undefined) return [];
  return addressparser(toText(unfoldedValue(header, field)), { flatten: true })
    .map(({ address }) => ({ text: address, place: { field: name } }));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
// In a field that is not UTF-8 each such byte becomes this: it may stand in a display name, no address passes with it.
const UNKNOWN = '\u0080';

/** RFC 6532 header sections are UTF-8; older ones have Latin-1 and others in display names. */
function toText(latin1: string): string {
  try {
    return decoder.decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return latin1.replace(/[\x80-\xff]/g, UNKNOWN);
  }
}

function cut(header: Buffer, fields: readonly HeaderField[]): Buffer {
  if (fields.length === 0) return header;
  const pieces: Buffer[] = [];
  let position = 0;
  for (const { start, end } of fields) {
    pieces.push(header.subarray(position, start));
    position = end;
  }
  return Buffer.concat([...pieces, header.subarray(position)]);
}
