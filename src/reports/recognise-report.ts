// Tells reports from ordinary mail on the accept path: by the header section and a bounded look at the parts.

import { sniffAttachment } from './attachment-sniff.ts';
import type { MessageFields } from './message-fields.ts';
import { readMessageFields } from './message-fields.ts';
import type { ReportKind } from '../mail/report-kind.ts';
import type { MimePart } from './split-parts.ts';
import { splitParts } from './split-parts.ts';
import { classifyUnstandard } from './unstandard-evidence.ts';

/** What the envelope adds to the content. */
export interface RecogniseOptions {
  /** The reverse-path; empty is the null sender. Without it the Return-Path field is believed. */
  readonly mailFrom?: string;
}

// What tells a report stands near its start: reports name themselves before they return the message.
const MAX_SCAN_BYTES = 131_072;
const LIMITS = { maxParts: 24, maxDepth: 6 };

// RFC 6522 section 3: report-type equals the subtype of the second part.
const KIND_OF_REPORT_TYPE: ReadonlyMap<string, ReportKind> = new Map<string, ReportKind>([
  ['delivery-status', 'dsn'],
  ['global-delivery-status', 'dsn'],
  ['feedback-report', 'arf'],
  ['disposition-notification', 'mdn'],
  ['global-disposition-notification', 'mdn'],
  ['tlsrpt', 'tls-rpt'],
]);

/** Names the kind of report a message is; undefined for ordinary mail. Looks at 128 KiB of the body at most. */
export function recogniseReport(
  header: Buffer,
  body: readonly Uint8Array[],
  { mailFrom }: RecogniseOptions = {},
): ReportKind | undefined {
  const fields = readMessageFields(header, mailFrom);
  const declared = declaredKind(fields);
  if (declared !== undefined) return declared;
  const parts = splitParts({ header, mime: fields.mime, body: startOf(body, MAX_SCAN_BYTES) }, LIMITS);
  return kindOfParts(parts) ?? aggregateKind(fields, parts) ??
    (classifyUnstandard(fields, parts) === undefined ? undefined : 'unstandard');
}

/** The first bytes of the pieces; copied only when they lie in more than one piece. */
export function startOf(pieces: readonly Uint8Array[], maxBytes: number): Buffer {
  const taken: Uint8Array[] = [];
  let room = maxBytes;
  for (const piece of pieces) {
    if (room <= 0) break;
    taken.push(piece.subarray(0, room));
    room -= piece.length;
  }
  const [first] = taken;
  return first !== undefined && taken.length === 1
    ? Buffer.from(first.buffer, first.byteOffset, first.byteLength)
    : Buffer.concat(taken);
}

function declaredKind({ mime, raw }: MessageFields): ReportKind | undefined {
  if (mime.type === 'multipart/report') {
    const kind = KIND_OF_REPORT_TYPE.get((mime.params.get('report-type') ?? '').toLowerCase());
    if (kind !== undefined) return kind;
  }
  // RFC 8460 section 5.3: both fields mark a TLS report.
  return raw('tls-report-domain') !== '' && raw('tls-report-submitter') !== '' ? 'tls-rpt' : undefined;
}

/** The machine-readable part of a report in whatever multipart it stands (the reports of some senders are mixed). */
function kindOfParts(parts: readonly MimePart[]): ReportKind | undefined {
  const kinds = new Set(parts.map(({ mime }) => kindOfType(mime.type)));
  return (['arf', 'mdn', 'dsn'] as const).find((kind) => kinds.has(kind));
}

function kindOfType(type: string): ReportKind | undefined {
  return type.startsWith('message/') ? KIND_OF_REPORT_TYPE.get(type.slice('message/'.length)) : undefined;
}

function aggregateKind({ subject, raw }: MessageFields, parts: readonly MimePart[]): ReportKind | undefined {
  // RFC 9990 section 4.2 and RFC 8460 section 5.3 give both reports this subject; the attachment tells which it is.
  const named = /\breport[ _-]domain:.*\bsubmitter:/is.test(subject);
  for (const part of parts) {
    const kind = sniffAttachment(part);
    if (kind !== undefined) return kind;
    if (named && isArchive(part)) return 'dmarc';
  }
  return isMicrosoftComplaint(raw, parts) ? 'arf' : undefined;
}

function isArchive({ mime }: MimePart): boolean {
  return /(?:zip|gzip|xml)/.test(mime.type) || /\.(?:zip|gz|xml)$/i.test(mime.filename);
}

/** Outlook.com's junk mail reporting: a feedback loop older than RFC 5965 that is still sent without its form. */
function isMicrosoftComplaint(raw: MessageFields['raw'], parts: readonly MimePart[]): boolean {
  return /^complaint about message from \S/i.test(raw('subject')) &&
    /@(?:hotmail|outlook|live|microsoft)\.com\b/i.test(raw('from')) &&
    parts.some(({ mime }) => mime.type === 'message/rfc822');
}
