// Parses the XML of a DMARC aggregate report (RFC 7489 appendix C, RFC 9990) into the report of the record.

import { ReportFault } from './report-fault.ts';
import type { DmarcReport, DmarcRow } from '../mail/report-schema.ts';
import { decodeText } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';
import type { XmlElement } from './xml-records.ts';
import { childOf, childText, readXmlChildren } from './xml-records.ts';

/** Bounds of one report. */
export interface DmarcLimits {
  readonly maxRows: number;
  readonly deadline: AbortSignal;
}

const MAX_AUTH_RESULTS = 50;

/** From the decompressed bytes; rows beyond `maxRows` are left out. Throws a ReportFault when it is no such report. */
export async function parseDmarc(bytes: Buffer, { maxRows, deadline }: DmarcLimits): Promise<DmarcReport> {
  const heads = new Map<string, XmlElement>();
  const rows: DmarcRow[] = [];
  let truncated = false;
  const found = await readXmlChildren(decodeXml(bytes), {
    root: 'feedback',
    deadline,
    onChild: (child) => {
      if (child.name !== 'record') {
        if (!heads.has(child.name)) heads.set(child.name, child);
        return true;
      }
      if (rows.length < maxRows) rows.push(toRow(child));
      else truncated = true;
      return !truncated;
    },
  });
  if (!found) throw new ReportFault('the attachment is not a DMARC report');
  const metadata = heads.get('report_metadata');
  const policy = heads.get('policy_published');
  if (metadata === undefined && policy === undefined && rows.length === 0) throw new ReportFault('the report is empty');
  return withoutUndefined({
    type: 'dmarc',
    organization: childText(metadata, 'org_name') ?? '',
    email: childText(metadata, 'email'),
    'report-id': childText(metadata, 'report_id') ?? '',
    range: toRange(childOf(metadata, 'date_range')),
    policy: toPolicy(policy),
    rows,
    truncated: truncated ? true : undefined,
  });
}

/** By the byte order mark or the XML declaration, else UTF-8 where valid. */
function decodeXml(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const declared = /^[^<]{0,8}<\?xml[^>]{0,100}encoding\s*=\s*["']([\w.-]{1,40})/i.exec(
    bytes.toString('latin1', 0, 200),
  )?.[1];
  // A document type could only define entities, of which a report has none.
  return decodeText(bytes, declared).replace(/^[^<]{0,64}(?=<)/, '');
}

function toRange(range: XmlElement | undefined): DmarcReport['range'] {
  const [begin, end] = [unixTime(childText(range, 'begin')), unixTime(childText(range, 'end'))];
  if (begin === undefined || end === undefined) throw new ReportFault('the report names no date range');
  return { begin, end };
}

/** Seconds since 1970, as the schema says; some senders write a date. */
function unixTime(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const seconds = Number(text);
  const time = new Date(Number.isFinite(seconds) ? seconds * 1000 : Date.parse(`${text.replace(' ', 'T')}Z`));
  const year = time.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? time.toISOString() : undefined;
}

function toPolicy(policy: XmlElement | undefined): DmarcReport['policy'] {
  const word = (name: string) => childText(policy, name)?.toLowerCase();
  return withoutUndefined({
    domain: word('domain') ?? '',
    adkim: word('adkim'),
    aspf: word('aspf'),
    p: word('p'),
    sp: word('sp'),
    np: word('np'),
    pct: word('pct'),
    fo: word('fo'),
    testing: word('testing'),
  });
}

function toRow(record: XmlElement): DmarcRow {
  const row = childOf(record, 'row');
  const evaluated = childOf(row, 'policy_evaluated');
  const identifiers = childOf(record, 'identifiers') ?? childOf(record, 'identities'); // drafts before RFC 7489
  const auth = childOf(record, 'auth_results');
  return withoutUndefined({
    'source-ip': childText(row, 'source_ip') ?? '',
    count: toCount(childText(row, 'count')),
    disposition: word(evaluated, 'disposition'),
    dkim: word(evaluated, 'dkim'),
    spf: word(evaluated, 'spf'),
    'header-from': childText(identifiers, 'header_from') ?? '',
    'envelope-from': childText(identifiers, 'envelope_from'),
    'envelope-to': childText(identifiers, 'envelope_to'),
    auth: {
      dkim: results(auth, 'dkim').map((r) => withoutUndefined({ ...result(r), selector: childText(r, 'selector') })),
      spf: results(auth, 'spf').map((r) => withoutUndefined({ ...result(r), scope: childText(r, 'scope') })),
    },
  });
}

function results(auth: XmlElement | undefined, name: string): XmlElement[] {
  return (auth?.children ?? []).filter((child) => child.name === name).slice(0, MAX_AUTH_RESULTS);
}

function result(element: XmlElement): { domain: string; result: string } {
  return { domain: childText(element, 'domain') ?? '', result: word(element, 'result') };
}

/** The schemas list lower-case words; senders that capitalise them mean the same. */
function word(element: XmlElement | undefined, name: string): string {
  return childText(element, name)?.toLowerCase() ?? '';
}

function toCount(text: string | undefined): number {
  const count = Number(text ?? 0);
  return Number.isSafeInteger(count) && count >= 0 ? count : 0;
}
