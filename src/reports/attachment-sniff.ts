// Tells from the first bytes and the name of an attachment whether it can be a DMARC or TLS report; cheap, for recognition.

import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import { decodeHeaderValue } from './report-text.ts';
import type { ReportKind } from '../mail/report-kind.ts';
import type { MimePart } from './split-parts.ts';
import { parseZipEntryHead } from './zip-entry-head.ts';

/** Bytes of the encoded part that are looked at, and what they may grow to. */
const HEAD_BYTES = 3072;
const MAX_INFLATED = 262_144;
const SUFFIX = /\.(?:xml|json|gz|gzip|zip)$/i;
const TYPE = /^(?:application|text)\/(?:x-)?(?:zip(?:-compressed)?|gzip|gunzip|gzip-compressed|xml|json|octet-stream)$/;
// RFC 9990 section 4.1 and RFC 8460 section 5.1: receiver "!" policy-domain "!" begin "!" end ["!" unique-id] "." extension.
const REPORT_NAME =
  /^[^!/\\]*!([^!/\\]+)!\d{9,11}!\d{9,11}(?:![^!/\\]*?)?\.(?:(xml|json)(?:\.(?:gz|gzip|zip))?|gz|gzip|zip)$/i;
const BASE64 = 'base64';

/** Which aggregate report the part carries, judged without decoding it as a whole. */
export function sniffAttachment(part: MimePart): ReportKind | undefined {
  const { type, filename } = part.mime;
  if (/^application\/tlsrpt\+(?:gzip|json)$/.test(type)) return 'tls-rpt';
  const name = decodeHeaderValue(filename);
  if (!isReportContainer(part, name)) return undefined;
  return kindOfName(name) ?? kindOfContent(part);
}

/** Whether a report can be in there by type or file name. */
export function isReportContainer(part: MimePart, name = decodeHeaderValue(part.mime.filename)): boolean {
  return TYPE.test(part.mime.type) || SUFFIX.test(name);
}

/** A name without `.json` in it is a DMARC report's: RFC 7489 reports are the older and by far the more frequent. */
function kindOfName(name: string): ReportKind | undefined {
  const match = REPORT_NAME.exec(name.slice(0, 1024).trim());
  if (match === null) return undefined;
  return match[2]?.toLowerCase() === 'json' ? 'tls-rpt' : 'dmarc';
}

function kindOfContent(part: MimePart): ReportKind | undefined {
  const bytes = headOf(part);
  if (bytes[0] === 0x50 && bytes[1] === 0x4b) return kindOfZip(bytes);
  return kindOfText(bytes[0] === 0x1f && bytes[1] === 0x8b ? inflated(bytes, gunzipSync) : bytes);
}

function headOf({ mime, body }: MimePart): Buffer {
  const head = body.subarray(0, HEAD_BYTES);
  return mime.encoding === BASE64 ? Buffer.from(head.toString('latin1'), BASE64) : head;
}

function kindOfZip(bytes: Buffer): ReportKind | undefined {
  const entry = parseZipEntryHead(bytes);
  if (entry === undefined) return undefined;
  const named = kindOfName(entry.name);
  if (named !== undefined) return named;
  return kindOfText(entry.deflated ? inflated(entry.data, inflateRawSync) : entry.data);
}

function inflated(bytes: Buffer, inflate: typeof gunzipSync): Buffer {
  try {
    return inflate(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: MAX_INFLATED });
  } catch {
    return Buffer.alloc(0);
  }
}

function kindOfText(bytes: Buffer): ReportKind | undefined {
  // UTF-16 with or without a byte order mark reads the same once its zero bytes are gone.
  const text = bytes.subarray(0, 8192).toString('latin1').replaceAll('\0', '');
  if (/<(?:[\w.-]{1,32}:)?feedback[\s/>]/.test(text)) return 'dmarc';
  return /^[^{"]{0,8}\{/.test(text) && /"(?:organization-name|report-id)"\s{0,8}:/.test(text) &&
      /"(?:date-range|contact-info|policies)"\s{0,8}:/.test(text)
    ? 'tls-rpt'
    : undefined;
}
