// Parses the message/feedback-report part of an ARF report (RFC 5965 section 3) into the report of the record.

import { bareAddress, firstValue, parseFieldGroups, withoutType } from './field-groups.ts';
import type { FieldGroup } from './field-groups.ts';
import { ReportFault } from './report-fault.ts';
import type { ArfReport, Returned } from '../mail/report-schema.ts';
import { decodeText, toIsoTime, toOptionalValue } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What the parts of an ARF report hold, decoded. */
export interface ArfParts {
  readonly feedback: Buffer | undefined;
  readonly returned: Returned | undefined;
}

/** A report without a feedback part stands for an abuse complaint when it returns the message; else a ReportFault. */
export function parseArf({ feedback, returned }: ArfParts): ArfReport {
  const [group] = feedback === undefined ? [] : mergedGroup(decodeText(feedback));
  if (group === undefined && returned === undefined) throw new ReportFault('there is no feedback part');
  const incidents = Number.parseInt(firstValue(group, 'incidents') ?? '', 10);
  return withoutUndefined({
    type: 'arf',
    'feedback-type': (firstValue(group, 'feedback-type') ?? 'abuse').toLowerCase(),
    'user-agent': firstValue(group, 'user-agent') ?? '',
    version: firstValue(group, 'version') ?? '',
    'source-ip': sourceIp(group),
    'original-mail-from': bareAddress(firstValue(group, 'original-mail-from')),
    'original-rcpt-to': (group?.get('original-rcpt-to') ?? []).map((value) => bareAddress(value) ?? ''),
    // RFC 5965 section 3.2: Received-Date is the older name.
    'arrival-date': toIsoTime(firstValue(group, 'arrival-date') ?? firstValue(group, 'received-date')),
    'reported-domain': Array.from(group?.get('reported-domain') ?? []),
    'message-id': returned?.['message-id'] ?? toOptionalValue(firstValue(group, 'original-message-id')),
    incidents: Number.isSafeInteger(incidents) && incidents >= 0 ? incidents : undefined,
  });
}

/** One group by the RFC; some senders put empty lines between the fields. */
function mergedGroup(text: string): FieldGroup[] {
  const merged = new Map<string, readonly string[]>();
  for (const group of parseFieldGroups(text, 8)) {
    for (const [name, values] of group) if (!merged.has(name)) merged.set(name, values);
  }
  return merged.size === 0 ? [] : [merged];
}

function sourceIp(group: FieldGroup | undefined): string | undefined {
  const value = withoutType(firstValue(group, 'source-ip'))?.replace(/^\[(?:ipv6:)?|\]$/gi, '');
  return toOptionalValue(value);
}
