// Parses the JSON of a TLS report (RFC 8460 section 4.4) into the report of the record.

import { ReportFault } from './report-fault.ts';
import type { TlsRptPolicy, TlsRptReport } from '../mail/report-schema.ts';
import { toIsoTime, toOptionalValue, toValue } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';

type JsonObject = Readonly<Record<string, unknown>>;

const UTF8 = new TextDecoder();
const MAX_POLICIES = 100;
const MAX_HOSTS = 100;
/** What JSON.parse may build: a report has few values, and it is built before its rows can be counted. */
const MAX_DEPTH = 16;
const MAX_VALUES = 200_000;

/** From the decompressed bytes; failures beyond `maxRows` are left out. Throws a ReportFault when it is no report. */
export function parseTlsRpt(bytes: Buffer, { maxRows }: { readonly maxRows: number }): TlsRptReport {
  const report = parseObject(bytes);
  if (report === undefined || !Array.isArray(report['policies'])) {
    throw new ReportFault('the attachment is not a TLS report');
  }
  const policies = report['policies'].map(toObject).slice(0, MAX_POLICIES);
  const rows = policies.map((policy) => listOf(policy['failure-details']));
  const range = toObject(report['date-range']);
  const [begin, end] = [timeOf(range['start-datetime']), timeOf(range['end-datetime'])];
  if (begin === undefined || end === undefined) throw new ReportFault('the report names no date range');
  const cut = report['policies'].length > MAX_POLICIES || rows.some((failures) => failures.length > maxRows);
  return withoutUndefined({
    type: 'tls-rpt',
    organization: textOf(report['organization-name']) ?? '',
    contact: textOf(report['contact-info']),
    'report-id': textOf(report['report-id']) ?? '',
    range: { begin, end },
    policies: policies.map((policy) => toPolicy(policy, maxRows)),
    truncated: cut ? true : undefined,
  });
}

function parseObject(bytes: Buffer): JsonObject | undefined {
  if (!isModest(bytes)) throw new ReportFault('the report has too many values');
  try {
    const value: unknown = JSON.parse(UTF8.decode(bytes));
    return isObject(value) ? value : undefined;
  } catch (error) {
    throw new ReportFault('the report is not valid JSON', { cause: error });
  }
}

/** Counts the marks that begin values, those in strings too: a report has few of either. */
function isModest(bytes: Buffer): boolean {
  let depth = 0;
  let values = 0;
  for (const byte of bytes) {
    if (byte === 0x5b || byte === 0x7b) depth++;
    else if (byte === 0x5d || byte === 0x7d) depth--;
    else if (byte !== 0x2c) continue;
    if (depth > MAX_DEPTH || ++values > MAX_VALUES) return false;
  }
  return true;
}

function toPolicy(entry: JsonObject, maxRows: number): TlsRptPolicy {
  const policy = toObject(entry['policy']);
  const summary = toObject(entry['summary']);
  // RFC 8460 erratum 6241: the field is mx-host, a list or one name; "mx-host-pattern" stood in drafts.
  const hosts = policy['mx-host'] ?? policy['mx-host-pattern'];
  return {
    type: textOf(policy['policy-type']) ?? '',
    domain: textOf(policy['policy-domain']) ?? '',
    'mx-host': (Array.isArray(hosts) ? hosts : [hosts]).flatMap((host) => textOf(host) ?? []).slice(0, MAX_HOSTS),
    successful: countOf(summary['total-successful-session-count'] ?? summary['total-successful-session-count:']),
    failed: countOf(summary['total-failure-session-count']),
    failures: listOf(entry['failure-details']).slice(0, maxRows).map((value) => toFailure(toObject(value))),
  };
}

function toFailure(failure: JsonObject): TlsRptPolicy['failures'][number] {
  return withoutUndefined({
    'result-type': textOf(failure['result-type']) ?? '',
    count: countOf(failure['failed-session-count']),
    'sending-mta-ip': textOf(failure['sending-mta-ip']),
    'receiving-mx-hostname': textOf(failure['receiving-mx-hostname']),
    'receiving-mx-helo': textOf(failure['receiving-mx-helo']),
    'receiving-ip': textOf(failure['receiving-ip']),
    'additional-information': textOf(failure['additional-information'] ?? failure['additional-info-uri']),
    'failure-reason-code': textOf(failure['failure-reason-code'] ?? failure['failure-error-code']),
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? toOptionalValue(toValue(value)) : undefined;
}

function timeOf(value: unknown): string | undefined {
  return typeof value === 'string' ? toIsoTime(value) : undefined;
}

/** Numbers by the RFC; some senders write them as strings. */
function countOf(value: unknown): number {
  const count = typeof value === 'string' ? Number(value) : value;
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : 0;
}
