// Parses a recognised report into the `report` of its record: bounded in size, parts, depth, time and decompressed bytes.

import { splitHeaderSection } from '../mail/header-section.ts';
import { isReportContainer, sniffAttachment } from './attachment-sniff.ts';
import type { PartRequest } from './decode-parts.ts';
import { decodeParts } from './decode-parts.ts';
import type { MessageFields } from './message-fields.ts';
import { readMessageFields } from './message-fields.ts';
import { recipientsOfNotice } from './notice-recipients.ts';
import { noticeText } from './notice-text.ts';
import { openAttachment } from './open-attachment.ts';
import { parseArf } from './parse-arf.ts';
import { parseDmarc } from './parse-dmarc.ts';
import { parseDsn } from './parse-dsn.ts';
import { parseMdn } from './parse-mdn.ts';
import { parseTlsRpt } from './parse-tls-rpt.ts';
import { parseUnstandard, withoutReturned } from './parse-unstandard.ts';
import { startOf } from './recognise-report.ts';
import { ReportFault } from './report-fault.ts';
import type { ReportKind } from '../mail/report-kind.ts';
import type { ReportLimits } from './report-limits.ts';
import { DEFAULT_REPORT_LIMITS } from './report-limits.ts';
import type { Report, Returned } from '../mail/report-schema.ts';
import { isReturnedPart, MAX_RETURNED_LENGTH, toReturned } from './returned-message.ts';
import type { MimePart } from './split-parts.ts';
import { splitParts } from './split-parts.ts';
import { classifyUnstandard } from './unstandard-evidence.ts';

/** Bounds, and what the envelope adds. */
export interface ParseOptions {
  readonly limits?: ReportLimits;
  readonly mailFrom?: string;
}

/** One parse: the message taken apart, and its bounds. */
interface Job {
  readonly fields: MessageFields;
  readonly body: Buffer;
  readonly parts: readonly MimePart[];
  readonly limits: ReportLimits;
  readonly deadline: AbortSignal;
}

/** Never rejects: a report that cannot be read, or is too large, becomes its kind and a fault. */
export async function parseReport(
  kind: ReportKind,
  content: readonly Uint8Array[],
  { limits = DEFAULT_REPORT_LIMITS, mailFrom }: ParseOptions = {},
): Promise<Report> {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), limits.maxMs);
  try {
    const { header, body: pieces } = splitHeaderSection(content);
    const fields = readMessageFields(header, mailFrom);
    const body = startOf(pieces, limits.maxBodyBytes);
    const parts = splitParts({ header, mime: fields.mime, body }, limits);
    return await PARSERS[kind]({ fields, body, parts, limits, deadline: controller.signal });
  } catch (error) {
    return { type: kind, fault: error instanceof ReportFault ? error.message : 'the report cannot be read' };
  } finally {
    clearTimeout(timer);
  }
}

const PARSERS: Readonly<Record<ReportKind, (job: Job) => Promise<Report>>> = {
  dsn: parseDsnParts,
  arf: parseArfParts,
  mdn: parseMdnParts,
  dmarc: parseDmarcParts,
  'tls-rpt': parseTlsRptParts,
  unstandard: parseUnstandardParts,
};

async function parseDsnParts(job: Job): Promise<Report> {
  const { wanted, returned } = await decodeWithReturned(job, partsOf(job, /^message\/(?:global-)?delivery-status$/));
  const noticed = () =>
    recipientsOfNotice(withoutReturned(noticeText(job.parts)), job.fields.raw('x-failed-recipients'));
  // Boundaries that a relay has spoilt leave the fields somewhere in the body.
  const status = wanted.some(namesRecipient) ? wanted : [...wanted, job.body.subarray(0, job.limits.maxTextBytes)];
  return parseDsn({ status, returned, noticed }, job.limits);
}

function namesRecipient(bytes: Buffer): boolean {
  return /^(?:final|original)-recipient\s{0,8}:/im.test(bytes.toString('latin1'));
}

async function parseArfParts(job: Job): Promise<Report> {
  const { wanted, returned } = await decodeWithReturned(job, partsOf(job, /^message\/feedback-report$/).slice(0, 1));
  return parseArf({ feedback: wanted[0], returned });
}

async function parseMdnParts(job: Job): Promise<Report> {
  const parts = partsOf(job, /^message\/(?:global-)?disposition-notification$/).slice(0, 1);
  const [notification] = await decodeParts(parts.map((part) => request(job, part)), job);
  return parseMdn(notification);
}

async function parseDmarcParts(job: Job): Promise<Report> {
  return await parseDmarc(await openFirst(job, 'dmarc'), { maxRows: job.limits.maxRows, deadline: job.deadline });
}

async function parseTlsRptParts(job: Job): Promise<Report> {
  return parseTlsRpt(await openFirst(job, 'tls-rpt'), job.limits);
}

async function parseUnstandardParts(job: Job): Promise<Report> {
  const { returned } = await decodeWithReturned(job, []);
  return parseUnstandard({
    fields: job.fields,
    class: classifyUnstandard(job.fields, job.parts) ?? 'bounce',
    notice: noticeText(job.parts),
    returned,
  });
}

/** The attachment that looks most like the report, opened. */
async function openFirst({ parts, limits, deadline }: Job, kind: ReportKind): Promise<Buffer> {
  const part = parts.find((candidate) => sniffAttachment(candidate) === kind) ??
    parts.find((candidate) => isReportContainer(candidate));
  if (part === undefined) throw new ReportFault('there is no attachment that could be the report');
  // Base64 makes four bytes of three, and line ends come on top.
  const maxBytes = Math.ceil(limits.maxAttachmentBytes * 1.4);
  if (part.body.length > maxBytes) {
    throw new ReportFault(`the attachment has more than ${limits.maxAttachmentBytes} bytes`);
  }
  const [bytes] = await decodeParts([{ part, maxBytes }], { deadline });
  return await openAttachment(bytes ?? Buffer.alloc(0), limits);
}

function partsOf({ parts }: Job, type: RegExp): MimePart[] {
  return parts.filter(({ mime }) => type.test(mime.type));
}

function request({ limits }: Job, part: MimePart): PartRequest {
  return { part, maxBytes: limits.maxTextBytes };
}

/** The chosen parts and the returned message, decoded in one walk. */
async function decodeWithReturned(
  job: Job,
  chosen: readonly MimePart[],
): Promise<{ wanted: Buffer[]; returned: Returned | undefined }> {
  const returnedPart = job.parts.find(isReturnedPart);
  const requests = chosen.map((part) => request(job, part));
  if (returnedPart !== undefined) requests.push({ part: returnedPart, maxBytes: 2 * MAX_RETURNED_LENGTH });
  const decoded = await decodeParts(requests, job);
  const bytes = returnedPart === undefined ? undefined : decoded[chosen.length];
  return { wanted: decoded.slice(0, chosen.length), returned: bytes === undefined ? undefined : toReturned(bytes) };
}
