// Takes the header section of the message that a report returns, for the report in the record.

import { splitHeaderSection } from '../mail/header-section.ts';
import { readFields } from './mime-header.ts';
import type { Returned } from '../mail/report-schema.ts';
import { decodeHeaderValue, decodeText, toOptionalValue, toValue } from './report-text.ts';
import type { MimePart } from './split-parts.ts';

/** Longest header section of a returned message in a record, in characters. */
export const MAX_RETURNED_LENGTH = 65_536;
const WANTED: ReadonlySet<string> = new Set(['message-id', 'subject']);

/** Whether the part is a returned message or its header section (RFC 6522 section 3, RFC 6533 section 5). */
export function isReturnedPart({ mime }: MimePart): boolean {
  return /^(?:message\/(?:rfc822|global|rfc822-headers|global-headers)|text\/rfc822-?headers?)$/.test(mime.type);
}

/** From the decoded bytes of such a part; nothing when it has no field. */
export function toReturned(bytes: Buffer): Returned | undefined {
  const { header } = splitHeaderSection([withLineEnds(bytes.subarray(0, MAX_RETURNED_LENGTH))]);
  const fields = readFields(header, WANTED);
  const headers = toValue(decodeText(header), MAX_RETURNED_LENGTH);
  if (!/^[!-9;-~]+[ \t]*:/m.test(headers)) return undefined;
  const messageId = toOptionalValue(decodeHeaderValue(fields.get('message-id') ?? ''));
  const subject = toOptionalValue(decodeHeaderValue(fields.get('subject') ?? ''));
  return {
    headers,
    ...(messageId === undefined ? {} : { 'message-id': messageId }),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** The decoded part may have bare line feeds, after which the header section would not be found to end. */
function withLineEnds(bytes: Buffer): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(/^[\r\n]+/, '').replace(/\r?\n/g, '\r\n'), 'latin1');
}
