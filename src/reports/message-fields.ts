// The header fields that tell a report from a letter, read in one pass over a bounded part of the header section.

import type { MimeHeader } from './mime-header.ts';
import { readFields, toMimeHeader } from './mime-header.ts';
import { decodeHeaderValue } from './report-text.ts';

/** What the recogniser looks at before it looks at the body. */
export interface MessageFields {
  readonly mime: MimeHeader;
  /** The From field as one decoded line. */
  readonly from: string;
  readonly subject: string;
  /** Whether the message came from the null reverse-path, or says so in Return-Path. */
  readonly nullSender: boolean;
  /** A field's raw value in latin1, empty when there is none. */
  raw(name: string): string;
}

const WANTED: ReadonlySet<string> = new Set([
  'content-type',
  'content-disposition',
  'content-transfer-encoding',
  'from',
  'subject',
  'return-path',
  'auto-submitted',
  'precedence',
  'in-reply-to',
  'x-failed-recipients',
  'x-autoreply',
  'x-autorespond',
  'x-autoresponder',
  'x-auto-response-suppress',
  'x-ms-exchange-inbox-rules-loop',
  'x-apple-action',
  'x-mailer',
  'tls-report-domain',
  'tls-report-submitter',
  'message-id',
  'references',
  'to',
  'date',
  'list-id',
]);

/** Fields after this many bytes are not seen; real header sections are far shorter. */
const MAX_HEADER_BYTES = 262_144;

/** Reads the fields; `mailFrom` is the envelope's sender when it is known (empty: the null reverse-path). */
export function readMessageFields(header: Buffer, mailFrom?: string): MessageFields {
  const fields = readFields(header.subarray(0, MAX_HEADER_BYTES), WANTED);
  const raw = (name: string) => fields.get(name) ?? '';
  return {
    mime: toMimeHeader(fields),
    from: decodeHeaderValue(raw('from')),
    subject: decodeHeaderValue(raw('subject')),
    nullSender: mailFrom === undefined ? /^<\s*>/.test(raw('return-path')) : mailFrom === '',
    raw,
  };
}
