// Reads sender and recipients out of a message's header section, where it stands in for an envelope.

import { parseAddressList } from './address-list.ts';
import { type HeaderField, headerFields, unfoldedValue, withoutFields } from './header-section.ts';

/** One address as it stands in the header section, not judged yet. */
export interface HeaderAddress {
  /** Empty where something stands that is not one address. */
  readonly text: string;
  /** The field it is from: To, Cc, Bcc, From or Sender. */
  readonly field: string;
}

/** What the header section says about the envelope. */
export interface HeaderAddresses {
  /** First of From, then first of Sender: the first that is valid counts. */
  readonly senders: readonly HeaderAddress[];
  /** To, Cc and Bcc in order of appearance. */
  readonly recipients: readonly HeaderAddress[];
  /** The header section without its Bcc fields. */
  withoutBcc(): Buffer;
}

/** Address fields longer than this together are not parsed, in bytes; enough for 1,000 of the longest addresses. */
export const MAX_ADDRESS_FIELDS = 512 * 1024;

const RECIPIENT_FIELDS: ReadonlyMap<string, string> = new Map([['to', 'To'], ['cc', 'Cc'], ['bcc', 'Bcc']]);
const SENDER_FIELDS: ReadonlyMap<string, string> = new Map([['from', 'From'], ['sender', 'Sender']]);

/** Scans a header section; undefined when its address fields are too long to parse. */
export function readHeaderAddresses(header: Buffer): HeaderAddresses | undefined {
  const fields = [...headerFields(header)].filter(({ name }) => RECIPIENT_FIELDS.has(name) || SENDER_FIELDS.has(name));
  if (fields.reduce((sum, { start, end }) => sum + end - start, 0) > MAX_ADDRESS_FIELDS) return undefined;
  const firstOf = (name: string) =>
    fields.filter((field) => field.name === name)
      .flatMap((field) => parseField(header, field, SENDER_FIELDS)).slice(0, 1);
  return {
    senders: [...firstOf('from'), ...firstOf('sender')],
    recipients: fields.flatMap((field) => parseField(header, field, RECIPIENT_FIELDS)),
    withoutBcc: () => withoutFields(header, fields.filter(({ name }) => name === 'bcc')),
  };
}

function parseField(header: Buffer, field: HeaderField, names: ReadonlyMap<string, string>): HeaderAddress[] {
  const name = names.get(field.name);
  if (name === undefined) return [];
  return parseAddressList(toText(unfoldedValue(header, field))).map((text) => ({ text, field: name }));
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
